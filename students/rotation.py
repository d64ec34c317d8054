"""Rotation of encryption keys: every encrypted value of a model brought under the first key, batch by batch."""

from collections.abc import Iterator
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Cast

from students.encryption import (
    BlindIndexField,
    EncryptedTextField,
    blind_index,
    blind_index_fields,
    decrypt,
    encrypt,
)


def encrypted_fields(model: type[models.Model]) -> list[EncryptedTextField[Any, Any]]:
    """List the encrypted fields of `model`."""
    return [field for field in model._meta.concrete_fields if isinstance(field, EncryptedTextField)]


def rotate(model: type[models.Model], batch: int) -> Iterator[tuple[int, int]]:
    """Re-encrypt the rows of `model` that need it, `batch` rows under lock at a time.

    Yields after each batch how many rows it looked at and how many it rewrote. Each batch is committed by itself, so
    stopping loses nothing.
    """
    last = None
    while True:
        with transaction.atomic():
            rows = _batch(model, last, batch)
            rewritten = sum(_refresh(model, row) for row in rows)
        if not rows:
            return
        last = rows[-1]["pk"]
        yield len(rows), rewritten


def _batch(model: type[models.Model], after: Any, size: int) -> list[dict[str, Any]]:
    """Lock the next rows and read their ciphertext, which a cast keeps from being decrypted on the way."""
    names = [field.name for field in encrypted_fields(model)]
    indexes = [field.name for field in blind_index_fields(model)]
    rows = model._base_manager.select_for_update().order_by("pk")
    if after is not None:
        rows = rows.filter(pk__gt=after)
    ciphertext = {f"{name}_ciphertext": Cast(name, models.TextField()) for name in names}
    return list(rows.annotate(**ciphertext).values("pk", *ciphertext, *indexes)[:size])


def _refresh(model: type[models.Model], row: dict[str, Any]) -> bool:
    """Rewrite what is out of date in one locked row; say whether anything was."""
    changes: dict[str, Any] = {}
    for field in encrypted_fields(model):
        token = row[f"{field.name}_ciphertext"]
        if token is not None and not _is_current(token):
            # As an expression of plain text: the field itself would encrypt it a second time.
            changes[field.name] = models.Value(encrypt(decrypt(token)), output_field=models.TextField())
    for index in blind_index_fields(model):
        expected = _index_of(index, row)
        if row[index.name] != expected:
            changes[index.name] = expected
    if changes:
        models.QuerySet(model).filter(pk=row["pk"]).update(**changes)
    return bool(changes)


def _is_current(token: str) -> bool:
    try:
        Fernet(settings.FIELD_ENCRYPTION_KEYS[0]).decrypt(token)
    except InvalidToken:
        return False
    return True


def _index_of(index: BlindIndexField[Any, Any], row: dict[str, Any]) -> str | None:
    token = row[f"{index.source}_ciphertext"]
    return None if token is None else blind_index(decrypt(token))
