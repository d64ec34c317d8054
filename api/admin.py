"""Who is told of changes, in the admin. A secret is shown once, on the page that answers its making."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from api.models import Endpoint


@admin.register(Endpoint)
class EndpointAdmin(admin.ModelAdmin[Endpoint]):
    """Registers systems of the university, and shows which of them do not answer."""

    fields = ("name", "url", "is_active", "failing_since")
    readonly_fields = ("failing_since",)
    list_display = ("name", "url", "is_active", "failing_since")
    list_filter = ("is_active",)
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def response_add(
        self, request: HttpRequest, obj: Endpoint, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Show the secret instead of going back to the list: there is no second time."""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Sekret odbiorcy powiadomień"),
            "endpoint": obj,
        }
        headers = {"Cache-Control": "no-store"}
        return TemplateResponse(request, "admin/api/endpoint/secret.html", context, headers=headers)

    def save_model(self, request: HttpRequest, obj: Endpoint, form: Any, change: bool) -> None:
        """Let one that is switched on again begin anew."""
        if obj.is_active and "is_active" in form.changed_data:
            obj.failing_since = None
        super().save_model(request, obj, form, change)
