"""Validation of card dates."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# A card is valid for a half-year at a time; a date further away than this many days (13 months) is a slip of the pen.
LONGEST_EXTENSION = timedelta(days=397)


def check_dates(issued_on: date, valid_until: date) -> None:
    """Check the dates of a card issued now.

    It is issued by today, and valid for at most LONGEST_EXTENSION from today. Raises ValidationError, keyed by field.
    """
    today, errors = timezone.localdate(), {}
    if issued_on > today:
        errors["issued_on"] = _("Data wydania nie może być w przyszłości.")
    if valid_until > today + LONGEST_EXTENSION:
        errors["valid_until"] = _("Data ważności jest zbyt odległa: najwyżej 13 miesięcy od dziś.")
    if errors:
        raise ValidationError(errors)


def check_until(until: date) -> None:
    """Check the new last valid day of an extension.

    It has not passed, and is at most LONGEST_EXTENSION ahead. Raises ValidationError.
    """
    today = timezone.localdate()
    if until < today:
        raise ValidationError(_("Nowa data ważności już minęła."), code="past")
    if until > today + LONGEST_EXTENSION:
        raise ValidationError(
            _("Nowa data ważności jest zbyt odległa: najwyżej 13 miesięcy od dziś."), code="too_far"
        )
