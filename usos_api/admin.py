"""Consumers in the admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from students.admin.secrets import ShowSecretOnceMixin
from students.admin.versioned import VersionedAdminMixin
from students.versioned_forms import VersionedModelForm
from usos_api.models import Consumer
from usos_api.oauth.callbacks import check_address
from usos_api.scopes import SCOPES


class ConsumerForm(VersionedModelForm[Consumer]):
    """Form with a consumer's registration."""

    url = forms.URLField(label=_("Adres strony"), required=False, assume_scheme="https")
    scopes = forms.MultipleChoiceField(
        label=_("O co może prosić"),
        required=False,
        choices=lambda: [(scope.key, f"{scope.key}: {scope.text}") for scope in SCOPES.values()],
        help_text=_("Te zdania student przeczyta, zanim się zgodzi."),
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Consumer
        fields = ["name", "url", "email", "callbacks", "scopes", "is_administrative", "is_active"]

    def clean_callbacks(self) -> str:
        """Validate each address, one a line."""
        addresses = str(self.cleaned_data["callbacks"]).split()
        for address in addresses:
            check_address(address)
        return "\n".join(addresses)


@admin.register(Consumer)
class ConsumerAdmin(ShowSecretOnceMixin, VersionedAdminMixin, admin.ModelAdmin[Consumer]):
    """Admin of consumers: registration, new secrets, switching off; none is deleted, for the log's sake."""

    form = ConsumerForm
    list_display = ("name", "email", "is_administrative", "is_active", "date_registered")
    list_filter = ("is_active", "is_administrative")
    search_fields = ("name", "email", "key")
    readonly_fields = ("key", "date_registered")
    secret_title = _("Klucz i sekret aplikacji")
    change_form_template = "admin/usos_api/consumer/change_form.html"

    def get_fields(self, request: HttpRequest, obj: Consumer | None = None) -> Any:
        """Return the fields, with the key of a registered consumer."""
        return (*ConsumerForm.Meta.fields, *(self.readonly_fields if obj else ()))

    def get_readonly_fields(self, request: HttpRequest, obj: Consumer | None = None) -> Any:
        """Make the key read-only, since it is generated."""
        return self.readonly_fields

    def has_delete_permission(self, request: HttpRequest, obj: Consumer | None = None) -> bool:
        """Return False: an unused consumer is switched off."""
        return False
