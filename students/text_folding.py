"""Text folding for search by name: ignores case and diacritics."""

import unicodedata

from django.contrib.postgres.search import SearchVectorField
from django.db.models import BooleanField, Func, Value
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


def words_of(text: str | Combinable) -> Func:
    """Return the expression for the words of a folded text, each part of a double name being one.

    A GIN index of it finds the beginnings of words, without an extension of PostgreSQL.
    """
    return Func(
        text,
        template="array_to_tsvector(array_remove(string_to_array(translate(%(expressions)s, '-', ' '), ' '), ''))",
        output_field=SearchVectorField(),
    )


def begins_words(text: str | Combinable, beginnings: str) -> Func:
    """Return the condition that each word of `beginnings`, which is folded, begins one of the words of the text."""
    # As they are: to_tsquery would take words apart at other signs.
    quoted = [word.replace("\\", "\\\\").replace("'", "''") for word in beginnings.replace("-", " ").split()]
    query = " & ".join(f"'{word}':*" for word in quoted)
    return Func(
        words_of(text),
        Value(query),
        template="(%(expressions)s::tsquery)",
        arg_joiner=" @@ ",
        output_field=BooleanField(),
    )
