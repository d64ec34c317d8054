"""Form for a new token."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from api.models import CODES_LIFE, Token
from api.scopes import TokenScope, offered_to


class TokenForm(forms.Form):
    """Form with a token's name, scopes and lifetime."""

    name = forms.CharField(
        label=_("Nazwa"),
        max_length=Token._meta.get_field("name").max_length,
        validators=Token._meta.get_field("name").validators,
        help_text=_("Po niej poznasz później, do czego służy, np. „skrypt na laptopie”."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("Co ten token ma móc"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Zaznacz przynajmniej jedno.")},
    )
    days = forms.TypedChoiceField(
        label=_("Jak długo ma działać"),
        coerce=int,
        initial=90,
        choices=[(30, _("30 dni")), (90, _("90 dni")), (180, _("180 dni")), (365, _("rok"))],
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a long life for a token that may read codes."""
        cleaned = super().clean() or {}
        if TokenScope.CODES in cleaned.get("scopes", []) and cleaned.get("days", 0) > CODES_LIFE.days:
            self.add_error("days", _("Token, który może odczytać kody, działa najwyżej 30 dni."))
        return cleaned

    def __init__(self, *args: Any, is_staff: bool, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.fields["scopes"].choices = offered_to(is_staff)  # type: ignore[attr-defined]
