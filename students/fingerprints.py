"""Fingerprint of a holder's data, which detects a later change without keeping the data."""

from django.db.models import CharField, Func, Value
from django.db.models.functions import Coalesce, Concat

from students.names import name_key_of


def holder_fingerprint() -> Func:
    """Return the expression over Student that hashes first names, surname and PESEL to 64 hex digits.

    Equal data have equal fingerprints, so a reverted change is no change, and neither is another spelling
    (`students.names`). The PESEL goes in as its blind index: without FIELD_INDEX_KEY a PESEL cannot be found by trying.
    """
    pesel = Coalesce("pesel_index", Value(""), output_field=CharField())
    # Names hold no line ends (student_names_spaced).
    who = Concat(
        name_key_of("first_names"),
        Value("\n"),
        name_key_of("last_name"),
        Value("\n"),
        pesel,
        output_field=CharField(),
    )
    return Func(
        who,
        template="encode(sha256(convert_to(%(expressions)s, 'UTF8')), 'hex')",
        output_field=CharField(max_length=64),
    )
