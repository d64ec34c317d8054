"""Mistakes in single cells that any column may have, whatever it holds."""

from django.utils.translation import gettext as _

from students.identifiers import normalised
from students.importing.columns import IDENTIFIERS, NAMES
from students.names import is_visible
from students.spreadsheets.error_values import is_error_value
from students.spreadsheets.misread_letters import is_misread

_FORMULA = ("=", "+", "-", "@")
_OF_THE_CATALOGUE = ("wydzial", "kierunek")


def mistake_in(column: str, text: str) -> str:
    """Return what is wrong with a cell, "" where nothing is: a formula, an error value, or misread letters."""
    if column in IDENTIFIERS or column == "pesel":
        text = normalised(text)
    if column == "wydzial_telefon":
        text = text.removeprefix("+")
    if text.startswith(_FORMULA) and not (column in NAMES and text == "-"):
        return _("Komórka nie może zaczynać się od znaku „%(sign)s”.") % {"sign": text[0]}
    if is_error_value(text, may_be_name=column in NAMES):
        return _("To błąd arkusza albo brak wartości („%(text)s”), nie treść.") % {"text": text[:20]}
    if not is_visible(text):
        return _("W komórce są niewidoczne znaki. Wpisz jej treść od nowa.")
    if column in (*NAMES, *_OF_THE_CATALOGUE) and is_misread(text):
        return _("Polskie litery są tu zniekształcone („%(text)s”): wyeksportuj plik jeszcze raz.") % {
            "text": text[:40]
        }
    if column in _OF_THE_CATALOGUE and text and not _is_title(text):
        return _("To nie jest nazwa.")
    return ""


def _is_title(text: str) -> bool:
    """Return whether a text may be a code or a name in the catalogue, rather than a sign, zeros or a PESEL."""
    return any(map(str.isalpha, text)) or (
        any(map(str.isdigit, text.replace("0", "")))
        and (len(text) < 11 or not text.replace(" ", "").isdigit())
    )
