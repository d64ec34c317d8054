"""Version of the rows that a page shows for editing: signed, sent along with the page, and sent back with its form."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core import signing
from django.db.models import Model
from django.utils.crypto import salted_hmac

VERSION = "_version"  # name of the hidden input
_SALT = "students.page_versions"

# The values of a row by the names of its columns, as JSON holds them.
Row = Mapping[str, Any]


@dataclass(frozen=True)
class PageVersion:
    """Rows as a page showed them, by `key_of`; not `is_known` where the page did not say, or said what is not ours."""

    rows: Mapping[str, Row]
    is_known: bool = True

    @classmethod
    def read(cls, token: str | None) -> "PageVersion":
        """Read what a form has sent back."""
        try:
            return cls(signing.loads(token or "", salt=_SALT))
        except signing.BadSignature:
            return cls({}, is_known=False)

    def token(self) -> str:
        """Return the value of the hidden input. It can be read by anybody who sees the page, but not forged."""
        return signing.dumps(dict(self.rows), salt=_SALT, compress=True)

    def of_model(self, model: type[Model]) -> set[str]:
        """Return the keys of the rows of a model."""
        return {key for key in self.rows if key.startswith(f"{model._meta.label_lower}:")}


def key_of(model: type[Model], pk: Any) -> str:
    """Return the key of a row in a version."""
    return f"{model._meta.label_lower}:{pk}"


def plain(value: Any) -> Any:
    """Return a value of a form as JSON holds it; rows as their keys, a set of rows in the order of these."""
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, list | tuple):
        values = [plain(each) for each in value]
        return sorted(values) if any(isinstance(each, Model) for each in value) else values
    if value is None or isinstance(value, str | int | float):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)


def digest(row: Model, column: str) -> str:
    """Return a keyed digest of a value that must not stand in a page; another one in each row."""
    field: Any = row._meta.get_field(column)
    value = getattr(row, field.attname)
    return salted_hmac(_SALT, f"{key_of(type(row), row.pk)}:{column}:{value}", algorithm="sha256").hexdigest()
