"""Input of a barcode reader: several codes at once, each perhaps between signs that the reader adds."""

import re

# AIM identifier of the kind of code (ISO/IEC 15424, annex F): readers put it in front where they are set so.
_AIM = re.compile(r"^\][A-Za-z][0-9A-Za-z]")
_AT_THE_ENDS = re.compile(r"^[^0-9A-Za-z]+|[^0-9A-Za-z]+$")
_BETWEEN_LETTERS = re.compile(r"[A-Za-z]*(\d{8,})[A-Za-z]*")
_SEPARATORS = re.compile(r"[\s;,|]+")


def codes_in(text: str) -> list[str]:
    """Return the codes of one submit: what white space, commas, semicolons or bars separate; each once, in order."""
    return list(dict.fromkeys(code for code in _SEPARATORS.split(text) if code)) or [text]


def readings(code: str) -> list[str]:
    """Return the numbers that a code may mean, the likeliest first: as it came, then without signs around it.

    Several numbers in one code are not taken apart: which is meant would be a guess.
    """
    without = _AIM.sub("", code)
    return list(dict.fromkeys([code, without, _AT_THE_ENDS.sub("", without)]))


def digits_in(code: str) -> str | None:
    """Return the number between letters that a reader may have added; None if there are no eight digits in a row.

    The letters may belong to the number as well: only a card with exactly these digits is meant.
    """
    found = _BETWEEN_LETTERS.fullmatch(readings(code)[-1])
    return found[1] if found else None
