"""Text folding for search by name: ignores case and diacritics."""

import unicodedata

from django.db.models import Func, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Lower

# Letters that are no letter with a mark upon it, and so do not come apart.
_WHOLE, _PLAIN = "łđøßæœıþð", "ldosaoitd"
_MARKS = "\u0300-\u036f"


def fold(text: str) -> str:
    """Return the text in small letters without diacritics, as `folded` does in the database."""
    apart = unicodedata.normalize("NFKD", text.lower().translate(str.maketrans(_WHOLE, _PLAIN)))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def folded(text: str | Combinable) -> Func:
    """Return the expression that folds a text in PostgreSQL; it is immutable, so a generated column can use it."""
    plain = Func(Lower(text), Value(_WHOLE), Value(_PLAIN), function="translate")
    apart = Func(plain, template="normalize(%(expressions)s, NFKD)")
    return Func(apart, Value(f"[{_MARKS}]"), Value(""), Value("g"), function="regexp_replace")
