"""Model fields for printed numbers."""

from typing import Any, TypeVar

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

SetT = TypeVar("SetT", contravariant=True)
GetT = TypeVar("GetT", covariant=True)

CODE = r"^[0-9A-Za-z]+$"
ONE_SPACE = r"^\S+( \S+)*$"  # not empty, no space at either end, single spaces inside


class CodeField(models.CharField[SetT, GetT]):
    """Letters and digits, stripped; an empty value is stored as NULL, so that it does not count for uniqueness."""

    default_validators = [RegexValidator(CODE, _("Dozwolone są tylko litery (bez polskich znaków) i cyfry."))]

    def to_python(self, value: Any) -> Any:
        """Strip the value; return None for an empty text."""
        text = super().to_python(value)
        return (text.strip() or None) if isinstance(text, str) else text

    def get_prep_value(self, value: Any) -> Any:
        """Return the value as `to_python` does."""
        return self.to_python(super().get_prep_value(value))

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Set the stored value on the instance, too."""
        value = self.to_python(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value


def is_code(field: str, *, name: str) -> models.CheckConstraint:
    """Return the constraint that a column holds a code or NULL, never an empty text."""
    return models.CheckConstraint(name=name, condition=models.Q(**{f"{field}__regex": CODE}))


def one_spaced(*fields: str, name: str) -> models.CheckConstraint:
    """Return the constraint that names are not empty and hold single spaces only."""
    return models.CheckConstraint(
        name=name, condition=models.Q(**{f"{field}__regex": ONE_SPACE for field in fields})
    )
