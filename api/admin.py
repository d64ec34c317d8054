"""Who is told of changes, in the admin. A secret is shown once, on the page that answers its making."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from api.models import Endpoint


@admin.register(Endpoint)
class EndpointAdmin(admin.ModelAdmin[Endpoint]):
    """Registers systems of the university, and shows which of them do not answer."""

    fields = ("name", "url", "is_active", "failing_since", "paused_until")
    readonly_fields = ("failing_since", "paused_until")
    list_display = ("name", "url", "is_active", "failing_since", "paused_until")
    list_filter = ("is_active",)
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    change_form_template = "admin/api/endpoint/change_form.html"

    def get_urls(self) -> list[Any]:
        """Add the button that renews the secret."""
        renew = self.admin_site.admin_view(require_POST(self.renew))
        return [path("<int:endpoint_id>/renew/", renew, name="api_endpoint_renew"), *super().get_urls()]

    def response_add(
        self, request: HttpRequest, obj: Endpoint, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Show the secret instead of going back to the list: there is no second time."""
        return self._show_secret(request, obj)

    def renew(self, request: HttpRequest, endpoint_id: int) -> HttpResponse:
        """Make another secret, and show it."""
        endpoint = self.get_object(request, str(endpoint_id))
        if endpoint is None or not self.has_change_permission(request, endpoint):
            raise PermissionDenied
        endpoint.renew_secret()
        return self._show_secret(request, endpoint)

    def save_model(self, request: HttpRequest, obj: Endpoint, form: Any, change: bool) -> None:
        """Let one that is switched on again begin anew."""
        if obj.is_active and "is_active" in form.changed_data:
            obj.failures, obj.failing_since, obj.paused_until = 0, None, None
        super().save_model(request, obj, form, change)

    def _show_secret(self, request: HttpRequest, endpoint: Endpoint) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Sekret odbiorcy powiadomień"),
            "endpoint": endpoint,
        }
        headers = {"Cache-Control": "no-store"}
        return TemplateResponse(request, "admin/api/endpoint/secret.html", context, headers=headers)
