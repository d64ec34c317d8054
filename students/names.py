"""Comparison of personal names as people compare them: the one rule of who has the same name.

Case, Unicode form, the kind of apostrophe, hyphen or dash, and the number and kind of spaces make no other person;
another letter does: Nowak, Nówak (docs/reference/domain.md, What ends an mLegitymacja). What is stored and sent keeps
its spelling.

The rule has two forms, for values at hand and for the database; tests/students/test_names.py holds them together.
"""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.db.models import F, Func, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

# Before NFKC, which would take the accents that serve as apostrophes apart.
_APOSTROPHES = "’‘‛ʼʻʽʹˈ´`′＇"
_DASHES = "‐‑‒–—―−⁃˗﹘﹣－"
# Small letters that capitals do not tell apart: dotted and dotless i, the two small sigmas.
_SAME_IN_CAPITALS, _PLAIN = "İıς", "iiσ"
_FROM = _APOSTROPHES + _DASHES + _SAME_IN_CAPITALS
_TO = "'" * len(_APOSTROPHES) + "-" * len(_DASHES) + _PLAIN
_TABLE = str.maketrans(_FROM, _TO)
# What separates words. Other controls and separators are no spaces, whatever str.split says: they are refused.
_SPACES = re.compile("[\t\n\r \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
# Beside letters and their marks. The last ones are the apostrophe, hyphen and dots of other scripts.
_SIGNS = frozenset(" -'.·()" + _APOSTROPHES + _DASHES + "׳״־・་")
# Letters and marks by their category that nobody sees: fillers, joiners, selectors of variants.
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0") | {
    chr(code) for code in range(0xFE00, 0xFE10)
}


def name_key(name: str) -> str:
    """Return the form of a name that is equal for all its spellings."""
    text = unicodedata.normalize("NFKC", name.translate(_TABLE)).lower()
    text = " ".join(text.replace("ς", "σ").replace("ß", "ss").split())
    for mark in "-'":
        text = text.replace(f" {mark}", mark).replace(f"{mark} ", mark)
    return text


def is_visible(text: str) -> bool:
    """Return whether a text has no control, bidirectional or invisible characters; spaces are visible ones."""
    return text.isprintable() and _UNSEEN.isdisjoint(text)


def validate_visible(text: str) -> None:
    """Raise ValidationError for a text with characters that nobody sees."""
    if not is_visible(_SPACES.sub(" ", text)):
        raise ValidationError(_("Są tu niewidoczne znaki. Wpisz tę treść od nowa."), code="invisible")


def validate_name(name: str) -> None:
    """Raise ValidationError for what cannot be a person's names: a sign that no name has, or no letter at all.

    Letters of every script are letters. A dash stands for the name that a person with one name does not have.
    """
    validate_visible(tidy(name))
    for sign in tidy(name):
        if not (sign.isalpha() or sign in _SIGNS or unicodedata.category(sign).startswith("M")):
            raise ValidationError(
                _("Znaku „%(sign)s” nie ma w nazwiskach; może plik ma inne kodowanie."),
                code="sign",
                params={"sign": sign},
            )
    if name_key(name) != "-" and not any(map(str.isalpha, name)):
        raise ValidationError(
            _("To nie jest imię ani nazwisko. Kto nie ma jednego z nich, ma w jego miejscu „-”."),
            code="letters",
        )


def tidy(name: str) -> str:
    """Return a text as it is stored: single spaces between words, none around them, in Unicode NFC."""
    if name.isascii() and name.isprintable() and "  " not in name:  # nearly every cell of a table
        return name.strip(" ")
    return _SPACES.sub(" ", unicodedata.normalize("NFC", name)).strip(" ")


def same_name(one: str, other: str) -> bool:
    """Return whether two names are one name, however they are spelled."""
    return one == other or name_key(one) == name_key(other)


def name_key_of(name: str | Combinable) -> Func:
    """Return the expression over a column, or an expression, that is `name_key` in PostgreSQL."""
    text = F(name) if isinstance(name, str) else name
    plain = Func(text, Value(_FROM), Value(_TO), function="translate")
    composed = Func(plain, template="normalize(%(expressions)s, NFKC)")
    lower = _replace(_replace(Lower(composed, output_field=TextField()), "ς", "σ"), "ß", "ss")
    # Stored names hold no spaces but single ones (one_spaced); NFKC has made the others of them.
    spaced = _substitute(lower, " +", " ")
    return _substitute(spaced, " ?([-']) ?", r"\1")


def _replace(text: Combinable, old: str, new: str) -> Func:
    return Func(text, Value(old), Value(new), function="replace", output_field=TextField())


def _substitute(text: Combinable, pattern: str, new: str) -> Func:
    return Func(
        text, Value(pattern), Value(new), Value("g"), function="regexp_replace", output_field=TextField()
    )
