"""Encryption at rest: a text field whose column holds only ciphertext, and its blind index for lookups."""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NoReturn, TypeVar

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from students.fields import GetT, SetT

M = TypeVar("M", bound=models.Model)


@lru_cache(maxsize=4)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(text: str) -> str:
    """Encrypt `text` with the first of FIELD_ENCRYPTION_KEYS; the token is ASCII."""
    return _fernet(tuple(settings.FIELD_ENCRYPTION_KEYS)).encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """Decrypt a token of `encrypt` with any of FIELD_ENCRYPTION_KEYS.

    Raises ValueError, without the token in it, when none of them fits.
    """
    try:
        return _fernet(tuple(settings.FIELD_ENCRYPTION_KEYS)).decrypt(token).decode()
    except InvalidToken:
        raise ValueError("None of FIELD_ENCRYPTION_KEYS decrypts this stored value") from None


def blind_index(value: str, purpose: str = "pesel") -> str:
    """Return the HMAC-SHA256 of `value` under FIELD_INDEX_KEY, as 64 hex digits.

    Equal values of one purpose have equal indexes; across purposes nothing can be compared.
    """
    message = f"{purpose}\0{value}".encode()
    return hmac.new(settings.FIELD_INDEX_KEY.encode(), message, hashlib.sha256).hexdigest()


class EncryptedTextField(models.TextField[SetT, GetT]):
    """Text that is encrypted on its way into the database; None stays NULL.

    The same text encrypts differently each time, so the only lookup is `isnull`. A value to be found or to be unique
    has a BlindIndexField beside it.
    """

    description = "Text, encrypted at rest"

    def _refuse(self, name: str) -> NoReturn:
        raise FieldError(
            f"{self.name} is encrypted: only {self.name}__isnull can be asked for, not {self.name}__{name}; "
            "look the value up by its blind index"
        )

    def get_prep_value(self, value: Any) -> Any:
        """Return the encrypted value."""
        text = super().get_prep_value(value)
        return None if text is None else encrypt(text)

    def from_db_value(
        self, value: str | None, expression: object, connection: BaseDatabaseWrapper
    ) -> str | None:
        """Return the decrypted value."""
        return None if value is None else decrypt(value)

    def get_lookup(self, lookup_name: str) -> Any:
        """Return the lookup for `isnull`; raise FieldError for any other."""
        if lookup_name != "isnull":
            self._refuse(lookup_name)
        return super().get_lookup(lookup_name)

    def get_transform(self, lookup_name: str) -> Any:
        """Raise FieldError: ciphertext has no parts."""
        self._refuse(lookup_name)


class BlindIndexField(models.CharField[SetT, GetT]):
    """Blind index of the encrypted field named `source`, updated with it at every save.

    `save`, `bulk_create` and (through BlindIndexedQuerySet) `bulk_update` do so; it is never set by hand.
    """

    description = "Blind index of an encrypted field"

    def __init__(self, *args: Any, source: str, **kwargs: Any) -> None:
        self.source = source
        super().__init__(*args, **{"max_length": 64, "null": True, "editable": False, **kwargs})

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """Return the arguments for migrations, the source included."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "source": self.source}

    def pre_save(self, model_instance: models.Model, add: bool) -> str | None:
        """Return the index to be stored."""
        return self.refresh(model_instance)

    def refresh(self, instance: models.Model) -> str | None:
        """Set the index of `instance` from its source, and return it."""
        text = getattr(instance, self.source)
        index = None if text is None else blind_index(text)
        setattr(instance, self.attname, index)
        return index


def blind_index_fields(model: type[models.Model]) -> list[BlindIndexField[Any, Any]]:
    """Return the blind indexes of `model`."""
    return [field for field in model._meta.concrete_fields if isinstance(field, BlindIndexField)]


def in_step(model: type[models.Model], names: Iterable[str]) -> list[str]:
    """Return the names of fields about to be written, with the blind indexes that must be written with them."""
    wanted = list(names)
    return wanted + [
        field.name
        for field in blind_index_fields(model)
        if field.source in wanted and field.name not in wanted
    ]


class BlindIndexedQuerySet(models.QuerySet[M]):
    """Queryset that never writes an encrypted field without its blind index."""

    def update(self, **kwargs: Any) -> int:
        """Update; raise FieldError where an index would become stale."""
        forgotten = set(in_step(self.model, kwargs)) - set(kwargs)
        if forgotten:
            raise FieldError(
                f"update() would leave {', '.join(sorted(forgotten))} behind; use save() or bulk_update()"
            )
        return super().update(**kwargs)

    update.alters_data = True  # type: ignore[attr-defined]  # how Django marks what templates must not call

    def bulk_update(self, objs: Iterable[M], fields: Iterable[str], batch_size: int | None = None) -> int:
        """Update the rows and, with each encrypted field, its blind index."""
        rows, names = tuple(objs), in_step(self.model, fields)
        for field in blind_index_fields(self.model):
            if field.name in names:
                for row in rows:
                    field.refresh(row)
        return super().bulk_update(rows, names, batch_size)

    bulk_update.alters_data = True  # type: ignore[attr-defined]  # as above


class BlindIndexedModel(models.Model):
    """Model that saves blind indexes with their sources, also where `update_fields` names the source only."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; `update_fields` needs to name the encrypted field only."""
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = in_step(type(self), kwargs["update_fields"])
        super().save(*args, **kwargs)

    def validate_constraints(self, exclude: Any = None) -> None:
        """Validate with the blind indexes as `save` will set them."""
        for field in blind_index_fields(type(self)):
            field.refresh(self)
        super().validate_constraints(exclude=exclude)


def pair_is_whole(source: str, index: str, *, name: str) -> models.CheckConstraint:
    """Return the constraint that an encrypted field and its blind index are both set or both NULL."""
    return models.CheckConstraint(
        name=name,
        condition=models.Q(**{f"{source}__isnull": True, f"{index}__isnull": True})
        | models.Q(**{f"{source}__isnull": False, f"{index}__isnull": False}),
    )
