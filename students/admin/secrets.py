"""Secrets for other systems in the admin: shown once, in the response that creates them."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.views.decorators.http import require_POST
from django_stubs_ext import StrOrPromise

if TYPE_CHECKING:
    Options = admin.ModelAdmin[Any]
else:
    Options = object


class ShowSecretOnceMixin(Options):
    """Show the secret of an added row, and renew it at the press of a button.

    The model has `renew_secret`; the templates below admin/APP/MODEL/ fill in those of admin/secrets/.
    """

    secret_title: ClassVar[StrOrPromise]

    def get_urls(self) -> list[Any]:
        """Add the address that renews the secret."""
        renew = self.admin_site.admin_view(require_POST(self.renew))
        name = f"{self.opts.app_label}_{self.opts.model_name}_renew"
        return [path("<int:key>/renew/", renew, name=name), *super().get_urls()]

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Show the secret instead of returning to the list, since it is not shown again."""
        return self._show_secret(request, obj)

    def renew(self, request: HttpRequest, key: int) -> HttpResponse:
        """Replace the secret, and show it."""
        row = self.get_object(request, str(key))
        if row is None or not self.has_change_permission(request, row):
            raise PermissionDenied
        row.renew_secret()
        return self._show_secret(request, row)

    def _show_secret(self, request: HttpRequest, row: models.Model) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": self.secret_title,
            "original": row,
        }
        template = f"admin/{self.opts.app_label}/{self.opts.model_name}/secret.html"
        return TemplateResponse(request, template, context, headers={"Cache-Control": "no-store"})
