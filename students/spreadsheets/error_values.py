"""Error values of spreadsheets and databases, in Polish and English: what stands in a cell instead of a value."""

import re

# #N/D! #ADR! #REF! #N/A #NAZWA? #DZIEL/0! ##### Err:502 Błąd:502 and their kin; nothing that is imported begins with
# such a sign.
_ERROR = re.compile(r"#.*|(?:Err|Błąd):\d+", re.IGNORECASE)
# What databases, programs and people write for nothing. People may be called Null, Nan and Brak, but not in this way.
_NOTHING = frozenset(
    {"NULL", "null", "(null)", "[NULL]", "<NULL>", "NaN", "nan", "N/A", "n/a", "\\N", "undefined"}
    | {"brak", "brak danych", "b/d", "bd.", "n.d.", "nie dotyczy"}
)
_NOTHING_IN_ANY_CASE = frozenset({"null", "nan", "none", "nil", "n/d", "#n/d"}) | {
    word.lower() for word in _NOTHING
}


def is_error_value(text: str, *, may_be_name: bool = False) -> bool:
    """Return whether a text is an error value; `may_be_name` lets a person be called Null."""
    words = _NOTHING if may_be_name else _NOTHING_IN_ANY_CASE
    return bool(_ERROR.fullmatch(text)) or (text if may_be_name else text.lower()) in words
