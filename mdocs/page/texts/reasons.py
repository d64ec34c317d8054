"""Texts of why somebody has no right to an mLegitymacja, why one or an order ended, and why mDokumenty rejected one."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from mdocs.statuses import RevocationReason

NO_RIGHT_STAFF = _("Korzystasz z konta pracownika uczelni, a nie studenta.")
NO_RIGHT_NOT_A_STUDENT = _("Z Twoim kontem nie są połączone żadne studia.")
NO_RIGHT_LEVELS = _("Twoje obecne studia to: %(levels)s.")


@dataclass(frozen=True)
class Ending:
    """Reason why an order or an mLegitymacja ended, and advice to a student who may not order a new one yet."""

    why: StrOrPromise
    advice: StrOrPromise = ""


ENDINGS: dict[RevocationReason, Ending] = {
    RevocationReason.HOLDER_REQUEST: Ending(why=_("Powód: Twoja prośba.")),
    RevocationReason.CARD_NOT_EXTENDED: Ending(
        why=_("Powód: Twoja plastikowa legitymacja (ELS) nie została przedłużona w terminie."),
        advice=_("Przynieś ELS do przedłużenia do dziekanatu Twojego wydziału."),
    ),
    RevocationReason.CARD_INVALIDATED: Ending(
        why=_("Powód: Twoja plastikowa legitymacja (ELS) została utracona, zwrócona lub unieważniona."),
        advice=_("Poproś dziekanat Twojego wydziału o nową ELS."),
    ),
    RevocationReason.STUDENT_STATUS_LOST: Ending(
        why=_("Powód: nie masz już studiów, które dają prawo do mLegitymacji."),
        advice=_("Jeśli to pomyłka, poproś dziekanat Twojego wydziału o sprawdzenie Twojego statusu."),
    ),
    RevocationReason.HOLDER_DATA_CHANGED: Ending(
        why=_("Powód: Twoje imiona, nazwisko lub numer PESEL zmieniły się od czasu zamówienia."),
        advice=_("Jeśli to pomyłka, poproś dziekanat Twojego wydziału o sprawdzenie danych."),
    ),
    RevocationReason.ISSUED_IN_ERROR: Ending(
        why=_("Powód: wydano ją omyłkowo."),
        advice=_("Szczegóły wyjaśni dziekanat Twojego wydziału."),
    ),
    RevocationReason.HOLDER_DECEASED: Ending(why=_("Powód: śmierć studenta.")),
    RevocationReason.REPLACED: Ending(
        why=_("Powód: przed końcem terminu ważności nie udało się jej użyć ani przedłużyć.")
    ),
    RevocationReason.DATE_PASSED: Ending(why=_("Powód: minął termin ważności.")),
}
# The student's wish, which the office has carried out.
ENDED_BY_OFFICE = Ending(
    why=_(
        "Powód: Twoja prośba, którą wykonał pracownik uczelni. Jeśli o to nie prosisz, zgłoś się do dziekanatu "
        "Twojego wydziału."
    )
)


def ending_of(code: str, *, by_office: bool = False) -> Ending:
    """Return what to say of a reason; `by_office` says that staff ended it, at the student's request.

    There is nothing to say of a reason that only the next version knows, which is met after a roll-back.
    """
    if by_office and code == RevocationReason.HOLDER_REQUEST:
        return ENDED_BY_OFFICE
    return ENDINGS[RevocationReason(code)] if code in RevocationReason.values else Ending(why="")


@dataclass(frozen=True)
class Refusal:
    """Reason why mDokumenty rejected a holder, and what the student can do about it."""

    why: StrOrPromise
    advice: StrOrPromise


# The codes of a 422 (docs/reference/mdokumenty.md, POST /v1/orders).
REFUSALS: dict[str, Refusal] = {
    "holder_unknown": Refusal(
        why=_("W rejestrze PESEL nie znaleziono osoby o Twoich danych."),
        advice=_(
            "Poproś dziekanat Twojego wydziału o sprawdzenie numeru PESEL, imion i nazwiska w USOS. Po poprawieniu "
            "danych zamów mLegitymację ponownie."
        ),
    ),
    "holder_data_mismatch": Refusal(
        why=_("Twoje dane w USOS różnią się od danych w rejestrze PESEL."),
        advice=_(
            "Poproś dziekanat Twojego wydziału o porównanie imion, nazwiska, daty urodzenia i numeru PESEL z Twoim "
            "dowodem osobistym. Po poprawieniu danych zamów mLegitymację ponownie."
        ),
    ),
    "photo_rejected": Refusal(
        why=_("Twoje zdjęcie nie zostało przyjęte."),
        advice=_(
            "Dostarcz nowe zdjęcie legitymacyjne do biura spraw studenckich Twojego wydziału: aktualne, z twarzą "
            "na wprost, na jasnym tle. Potem zamów mLegitymację ponownie."
        ),
    ),
    "institution_not_authorised": Refusal(
        why=_("Serwer nie przyjmuje teraz zamówień naszej uczelni. Przyczyna nie leży po Twojej stronie."),
        advice=_(
            "Spróbuj zamówić mLegitymację ponownie za jakiś czas. Jeśli to się powtórzy, powiadom dziekanat Twojego "
            "wydziału."
        ),
    ),
}
REFUSAL_UNKNOWN = Refusal(
    why=_("Kod odmowy: %(code)s."),
    advice=_(
        "Podaj ten kod w dziekanacie Twojego wydziału; tam dowiesz się, co trzeba poprawić. Potem zamów mLegitymację "
        "ponownie."
    ),
)
REFUSAL_UNTOLD = Refusal(
    why=_("Serwer nie podał powodu."),
    advice=_(
        "Sprawdź w dziekanacie Twojego wydziału, czy Twoje dane i zdjęcie w USOS są aktualne, i zamów mLegitymację "
        "ponownie."
    ),
)


def refusal_of(code: str) -> Refusal:
    """Return what to say of mDokumenty's code for a rejection; `why` may name it as %(code)s."""
    return REFUSALS.get(code, REFUSAL_UNKNOWN if code else REFUSAL_UNTOLD)
