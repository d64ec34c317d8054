"""Printed numbers as spreadsheets write them: album numbers, numbers of cards and of their chips.

A spreadsheet that takes such a number for a quantity drops its leading zeros, adds `.0`, shows it as 1,23E+16, or keeps
fifteen digits of it and puts zeros for the rest. Where only one number can be meant, it is taken as that number;
otherwise it is refused with the reason. `CodeField` has the lookup `means`, which compares as `identifier_key` does.
"""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

EXACT_DIGITS = 15  # what a spreadsheet keeps of a number (ECMA-376 numbers are IEEE 754 doubles)
ROUNDED = _(
    "Arkusz zaokrąglił ten numer: ostatnie cyfry zastąpił zerami. Sformatuj kolumnę jako tekst i wpisz numer od nowa."
)
_SCIENTIFIC = re.compile(r"[+-]?[0-9]+[.,][0-9]*[eE][+-]?[0-9]+|[+-]?[0-9]+[eE][+-][0-9]+")
_FRACTION = re.compile(r"([0-9]+)[.,]0+")
_QUOTED = re.compile(r'="([0-9A-Za-z]*)"')


def identifier_key(number: str) -> str:
    """Return what is equal for a number with and without its leading zeros, in capital and in small letters."""
    return number.lstrip("0").upper()


def read_identifier(text: str) -> str:
    """Return the number that a cell or a typed text means: without `.0`, and out of ="…", which keeps zeros in a CSV.

    Raises ValidationError where a spreadsheet has lost digits of it. Any other text is returned as it is.
    """
    text = text.strip()
    if text.isalnum():  # nearly every number
        return text
    if is_scientific(text):
        raise ValidationError(
            _(
                "To liczba w zapisie wykładniczym (jak 1,23E+16), w której brakuje cyfr numeru. Sformatuj kolumnę jako "
                "tekst i wpisz numer od nowa."
            ),
            code="scientific",
        )
    if quoted := _QUOTED.fullmatch(text):
        return quoted[1]
    if fraction := _FRACTION.fullmatch(text):
        if len(fraction[1]) > EXACT_DIGITS:
            raise ValidationError(ROUNDED, code="rounded")
        return fraction[1]
    return text


def number_text(value: int | float) -> str:
    """Return a spreadsheet's number as a text: a whole one without a fraction, one that it cannot hold in scientific
    notation, which `read_identifier` refuses."""
    if abs(value) >= 10**EXACT_DIGITS:
        return f"{value:.14E}"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def is_scientific(text: str) -> bool:
    """Return whether a text is a number in a spreadsheet's scientific notation."""
    return bool(_SCIENTIFIC.fullmatch(text))


def normalised(text: str) -> str:
    """Return `read_identifier` of a text, or the text itself where that refuses it."""
    try:
        return read_identifier(text)
    except ValidationError:
        return text


def may_be_rounded(number: str) -> bool:
    """Return whether a spreadsheet may have put zeros for the last digits of a number: for all that it cannot keep."""
    lost = number.lstrip("0")[EXACT_DIGITS:]
    return number.isdecimal() and bool(lost) and not lost.strip("0")


def kept_digits(number: str) -> str:
    """Return what a spreadsheet keeps of a long number."""
    return identifier_key(number)[:EXACT_DIGITS]
