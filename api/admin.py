"""Webhook endpoints in the admin."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from api.models import Endpoint
from students.admin.secrets import ShowSecretOnceMixin
from students.admin.versioned import VersionedAdminMixin
from students.versioned_forms import VersionedModelForm

FAILURES = ("failures", "failing_since", "paused_until")


class EndpointForm(VersionedModelForm[Endpoint]):
    """Form of an endpoint."""

    def changed_columns(self) -> list[str]:
        """Return the columns that this form changes: switching an endpoint on or off may reset its failures."""
        changed = super().changed_columns()
        return [*changed, *FAILURES] if "is_active" in changed else changed


@admin.register(Endpoint)
class EndpointAdmin(ShowSecretOnceMixin, VersionedAdminMixin, admin.ModelAdmin[Endpoint]):
    """Admin of endpoints: registration, state, and failures."""

    form = EndpointForm
    fields = ("name", "url", "is_active", "failing_since", "paused_until")
    readonly_fields = ("failing_since", "paused_until")
    list_display = ("name", "url", "is_active", "failing_since", "paused_until")
    list_filter = ("is_active",)
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    secret_title = _("Sekret odbiorcy powiadomień")
    change_form_template = "admin/api/endpoint/change_form.html"

    def save_model(self, request: HttpRequest, obj: Endpoint, form: Any, change: bool) -> None:
        """Reset the failures of an endpoint that is switched on again."""
        if obj.is_active and "is_active" in form.changed_data:
            obj.failures, obj.failing_since, obj.paused_until = 0, None, None
        super().save_model(request, obj, form, change)
