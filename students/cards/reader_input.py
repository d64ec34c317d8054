"""Input of a barcode reader: several codes at once, each perhaps between signs that the reader adds."""

import re

# AIM identifier of the kind of code (ISO/IEC 15424, annex F): readers put it in front where they are set so.
_AIM = re.compile(r"^\][A-Za-z][0-9A-Za-z]")
_AT_THE_ENDS = re.compile(r"^[^0-9A-Za-z]+|[^0-9A-Za-z]+$")
_BETWEEN_LETTERS = re.compile(r"[A-Za-z]*(\d{8,})[A-Za-z]*")
_SEPARATORS = re.compile(r"[\t-\r\x1c-\x1f;|]+")
# These separate codes, and also the parts of one number: 9 012 345 601, 9,01235E+09.
_PERHAPS_SEPARATORS = re.compile(r"[\s,]+")
_SHORTEST_OF_SEVERAL = 8  # characters; what is shorter may be a part


def codes_in(text: str) -> list[str]:
    """Return the codes of one submit, each once, in order.

    They are separated by line ends, tabs, semicolons or bars, and if each is long enough for a card's, by spaces or
    commas.
    """
    codes: list[str] = []
    for piece in _SEPARATORS.split(text):
        parts = [part for part in _PERHAPS_SEPARATORS.split(piece) if part]
        codes += parts if all(len(part) >= _SHORTEST_OF_SEVERAL for part in parts) else [piece.strip()]
    return list(dict.fromkeys(codes)) or [text]


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
