"""Contacts of a dean's office, as fields of the faculty that it belongs to."""

import re

from django.core.validators import RegexValidator, URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from students.names import tidy, validate_visible

# Digits in any grouping, a country's code in front, an extension behind: "+48 12 345 67 89 wew. 12".
_PHONE = re.compile(r"^(?P<number>\+?\(?[0-9][0-9 ()/-]{5,28}[0-9])(?: ?wew\. ?(?P<extension>[0-9]{1,6}))?$")
_DIGITS_OF_A_POLISH_NUMBER = 9
_POLAND = "+48"

validate_phone = RegexValidator(
    _PHONE,
    _("To nie jest numer telefonu. Napisz go na przykład tak: 12 345 67 89 albo 12 345 67 89 wew. 12."),
)
validate_address = URLValidator(
    schemes=["https", "http"], message=_("To nie jest adres strony. Napisz go razem z https://.")
)


class OfficeContacts(models.Model):
    """Contacts of a dean's office: where and when it is to be reached; what is empty is left out."""

    room = models.CharField(
        _("pokój dziekanatu"),
        max_length=100,
        blank=True,
        validators=[validate_visible],
        default="",
        db_default="",
    )
    hours = models.CharField(
        _("godziny dziekanatu"),
        max_length=200,
        blank=True,
        validators=[validate_visible],
        default="",
        db_default="",
    )
    phone = models.CharField(
        _("telefon dziekanatu"),
        max_length=40,
        blank=True,
        validators=[validate_phone],
        default="",
        db_default="",
    )
    email = models.EmailField(_("e-mail dziekanatu"), blank=True, default="", db_default="")
    website = models.CharField(
        _("strona dziekanatu"),
        max_length=200,
        blank=True,
        validators=[validate_address],
        default="",
        db_default="",
    )

    class Meta:
        abstract = True

    def clean_fields(self, exclude: "set[str] | frozenset[str] | None" = None) -> None:  # type: ignore[override]
        """Normalise spaces before the contacts are checked."""
        for name in CONTACTS:
            setattr(self, name, tidy(getattr(self, name)))
        super().clean_fields(exclude=exclude)

    @property
    def has_contacts(self) -> bool:
        """Say whether there is anything to be reached by."""
        return any(getattr(self, name) for name in CONTACTS)


CONTACTS = tuple(field.name for field in OfficeContacts._meta.local_fields)


def phone_link(phone: str) -> str:
    """Return the `tel:` address of a number (RFC 3966): Polish ones get their country's code; "" for no number."""
    found = _PHONE.match(phone)
    if found is None:
        return ""
    number = re.sub(r"[^0-9+]", "", found["number"])
    if len(number) == _DIGITS_OF_A_POLISH_NUMBER:
        number = _POLAND + number
    return f"tel:{number}" + (f";ext={found['extension']}" if found["extension"] else "")
