"""Scopes of personal access tokens. A scope only narrows: a token never exceeds the rights of its user."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TokenScope(models.TextChoices):
    """A scope; its label is shown when a token is made."""

    READ_ME = "read:me", _("odczytać moje prawo do mLegitymacji, moje zamówienia i legitymacje")
    ORDER = "order", _("zamówić, anulować i unieważnić moją mLegitymację")
    CODES = "codes", _("odczytać kody, którymi dodaje się mLegitymację do telefonu")
    STAFF_READ = "staff:read", _("odczytać studentów, legitymacje, zamówienia i zadania, które widzę w pracy")
    STAFF_WRITE = (
        "staff:write",
        _("przedłużać i kończyć legitymacje, anulować i ponawiać zamówienia studentów"),
    )
    WEBHOOKS = "webhooks", _("oglądać powiadomienia innych systemów (webhooki), wysyłać je ponownie i próbne")


# Scopes of use to staff only.
FOR_STAFF = frozenset({TokenScope.STAFF_READ, TokenScope.STAFF_WRITE, TokenScope.WEBHOOKS})


def offered_to(is_staff: bool) -> list[tuple[str, str]]:
    """Return the scopes, with their labels, that a user can give to a token."""
    return [(scope.value, str(scope.label)) for scope in TokenScope if is_staff or scope not in FOR_STAFF]
