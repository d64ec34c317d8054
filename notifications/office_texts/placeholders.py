"""Placeholders of the office's texts, such as {imie}: what there is, whether a text is right, and filling it in."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

_NAMED = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Placeholder:
    """A name that stands for something of each student's; `example` is shown beside it."""

    name: str
    meaning: StrOrPromise
    example: StrOrPromise


PLACEHOLDERS = (
    Placeholder("imie", _("pierwsze imię"), "Anna"),
    Placeholder("nazwisko", _("nazwisko"), "Nowak"),
    Placeholder("numer_albumu", _("numer albumu"), "500001"),
    Placeholder("legitymacja_do", _("do kiedy ważna jest legitymacja (ELS)"), _("31 marca 2027")),
    Placeholder("mlegitymacja_do", _("do kiedy ważna jest mLegitymacja"), _("31 marca 2027")),
    Placeholder("przedluzenie_do", _("do kiedy przedłuża się teraz legitymacje"), _("31 października 2027")),
    Placeholder(
        "dziekanat",
        _("wydział i kontakt do jego dziekanatu"),
        _("Wydział Chemii, pokój 12, tel. 12 345 67 89"),
    ),
)
NAMES = tuple(each.name for each in PLACEHOLDERS)


def names_in(*texts: str) -> list[str]:
    """Return the names that stand in braces in these texts, each once, in the order of PLACEHOLDERS."""
    used = {name for text in texts for name in _NAMED.findall(text)}
    return [name for name in NAMES if name in used]


def validate_placeholders(text: str) -> None:
    """Raise ValidationError for names that there are not, and for a brace without its other one."""
    unknown = [name for name in dict.fromkeys(_NAMED.findall(text)) if name not in NAMES]
    if unknown:
        raise ValidationError(
            _("Nie ma takiego pola: %(unknown)s. Możesz użyć: %(known)s."),
            code="unknown",
            params={"unknown": _in_braces(unknown), "known": _in_braces(NAMES)},
        )
    if re.search("[{}]", _NAMED.sub("", text)):
        raise ValidationError(
            _("Nawias { albo } stoi bez drugiego. Pole pisze się tak: {imie}."), code="brace"
        )


def fill_in(text: str, values: Mapping[str, str]) -> str:
    """Return a text with the values in place of their names. Raises KeyError for one without a value."""
    return _NAMED.sub(lambda found: values[found[1]], text)


def examples() -> dict[str, str]:
    """Return what stands for each name in an example, in the active language."""
    return {each.name: str(each.example) for each in PLACEHOLDERS}


def explained() -> str:
    """Return what each name means, in the active language: the help under a text."""
    return "; ".join(f"{{{each.name}}} – {each.meaning}" for each in PLACEHOLDERS)


def missing_label(names: Iterable[str]) -> StrOrPromise:
    """Return that there is nothing to put in place of these names."""
    return format_lazy(_("brak danych do pola: {names}"), names=_in_braces(names))


def _in_braces(names: Iterable[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)
