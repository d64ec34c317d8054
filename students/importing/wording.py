"""Changes in words for the preview: each field as old → new, a PESEL masked as everywhere."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import models

from students.encryption import EncryptedTextField
from students.importing.tables import TableRow
from students.moments import write_day
from students.names import is_visible
from students.pesel import mask_pesel


def differences_in_words(row: models.Model, differences: Mapping[str, tuple[Any, Any]]) -> str:
    """Return the changed fields of a row, each as "name: old → new"."""
    fields: dict[str, Any] = {name: row._meta.get_field(name) for name in differences}
    return ", ".join(
        f"{fields[name].verbose_name}: {_shown(fields[name], old)} → {_shown(fields[name], new)}"
        for name, (old, new) in differences.items()
    )


def person_of(line: TableRow) -> tuple[str, str]:
    """Return the album number and the names as a row has them, for a row that is not taken.

    Its columns may have moved: what has a digit is no name, and what has eleven may be a PESEL.
    """
    album, names = line["numer_albumu"], " ".join(filter(None, (line["imiona"], line["nazwisko"])))
    digits = sum(map(str.isdigit, album))
    shown_album = album if is_visible(album) and len(album) <= 20 and digits not in (9, 10, 11) else ""
    shown_names = names if is_visible(names) and not any(map(str.isdigit, names)) else ""
    return shown_album, shown_names[:201]


def _shown(field: Any, value: Any) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(field, EncryptedTextField):
        return mask_pesel(value)
    if isinstance(value, date):
        return write_day(value)
    return str(dict(field.flatchoices).get(value, value)) if field.choices else str(value)
