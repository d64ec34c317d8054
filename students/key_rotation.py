"""Rotation of encryption keys: re-encrypts every value with the first key, batch by batch."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
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
from students.models import Student, StudentCard

Keeper = Callable[[Sequence[int]], AbstractContextManager[None]]

# What other apps derive from the indexes of students, and bring along when those change.
_keepers: list[Keeper] = []

# The condition data_unchanged compares the indexes of a student and of the cards: both change in one transaction.
_COMPANIONS: dict[type[models.Model], dict[type[models.Model], str]] = {Student: {StudentCard: "student"}}


def register_companion(keeper: Keeper) -> None:
    """Register a context manager that wraps every change of students' indexes, in the same transaction.

    It is called with the students' keys.
    """
    if keeper not in _keepers:
        _keepers.append(keeper)


def rotated_models() -> list[type[models.Model]]:
    """Return the models to call `rotate` with: those with encrypted fields, without those that another rotates
    along."""
    brought_along = {companion for companions in _COMPANIONS.values() for companion in companions}
    return [model for model in apps.get_models() if encrypted_fields(model) and model not in brought_along]


def encrypted_fields(model: type[models.Model]) -> list[EncryptedTextField[Any, Any]]:
    """Return the encrypted fields of `model`."""
    return [field for field in model._meta.concrete_fields if isinstance(field, EncryptedTextField)]


def rotate(model: type[models.Model], batch: int) -> Iterator[tuple[int, int]]:
    """Re-encrypt the rows of `model` that need it, `batch` locked rows at a time, each with its companions.

    Yields after each batch the numbers of read and rewritten rows. Each batch is committed by itself, so stopping
    loses nothing.
    """
    last = None
    while True:
        with transaction.atomic(), ExitStack() as kept:
            rows = _lock(
                model, model._base_manager.filter(**({} if last is None else {"pk__gt": last})), batch
            )
            if model is Student:
                for keeper in _keepers:
                    kept.enter_context(keeper([row["pk"] for row in rows]))
            rewritten = sum(_refresh(model, row) for row in rows)
            for companion, owner in _COMPANIONS.get(model, {}).items():
                theirs = companion._base_manager.filter(**{f"{owner}__in": [row["pk"] for row in rows]})
                rewritten += sum(_refresh(companion, row) for row in _lock(companion, theirs))
        if not rows:
            return
        last = rows[-1]["pk"]
        yield len(rows), rewritten


def _lock(
    model: type[models.Model], rows: models.QuerySet[Any], size: int | None = None
) -> list[dict[str, Any]]:
    """Lock the first `size` rows and return their ciphertext, which a cast keeps from being decrypted."""
    names = [field.name for field in encrypted_fields(model)]
    indexes = [field.name for field in blind_index_fields(model)]
    ciphertext = {f"{name}_ciphertext": Cast(name, models.TextField()) for name in names}
    locked = rows.select_for_update().order_by("pk")
    return list(locked.annotate(**ciphertext).values("pk", *ciphertext, *indexes)[:size])


def _refresh(model: type[models.Model], row: dict[str, Any]) -> bool:
    """Rewrite the stale values of one locked row; return whether there were any."""
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
