"""Scopes of the API, in words for developers and for users."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import get_language

from usos_api.lang_dicts import LangDict, lang_dict

CARDS, OFFLINE, PERSONAL, EMAIL, PHOTO, STUDIES = (
    "cards",
    "offline_access",
    "personal",
    "email",
    "photo",
    "studies",
)


@dataclass(frozen=True)
class Scope:
    """A scope: its key, its meaning for developers, and the text of the consent."""

    key: str
    for_developers: str
    for_users: LangDict

    @property
    def text(self) -> str:
        """Return the text of the consent, in the current language."""
        return self.for_users[get_language() or "pl"]


SCOPES = {
    scope.key: scope
    for scope in (
        Scope(
            CARDS,
            "The user's student cards and mLegitymacja: see, order, cancel and revoke.",
            lang_dict(
                "zobaczy Twoje legitymacje i mLegitymację razem z kodami, zamówi mLegitymację, anuluje zamówienie "
                "i unieważni mLegitymację",
                "see your student cards and your mLegitymacja with its codes, order an mLegitymacja, cancel an "
                "order, and revoke an mLegitymacja",
            ),
        ),
        Scope(
            OFFLINE,
            "The access token does not expire by itself.",
            lang_dict(
                "będzie działać bez ponownego pytania Cię o zgodę, dopóki jej nie cofniesz",
                "keep working without asking you again, until you withdraw your consent",
            ),
        ),
        Scope(
            PERSONAL,
            "The user's PESEL and birth date.",
            lang_dict(
                "zobaczy Twój numer PESEL i datę urodzenia", "see your PESEL number and your date of birth"
            ),
        ),
        Scope(
            EMAIL,
            "The user's e-mail address.",
            lang_dict("zobaczy Twój adres e-mail", "see your e-mail address"),
        ),
        Scope(PHOTO, "The user's photo.", lang_dict("zobaczy Twoje zdjęcie", "see your photo")),
        Scope(
            STUDIES,
            "The user's programmes of study.",
            lang_dict("zobaczy, co studiujesz", "see what you study"),
        ),
    )
}


def described(keys: Iterable[str]) -> list[Scope]:
    """Return the scopes of these keys in the order of the table, without unknown ones."""
    wanted = set(keys)
    return [scope for key, scope in SCOPES.items() if key in wanted]
