"""Model fields for the numbers that universities print on paper and plastic."""

from typing import Any, TypeVar

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

SetT = TypeVar("SetT", contravariant=True)
GetT = TypeVar("GetT", covariant=True)

CODE = r"^[0-9A-Za-z]+$"
ONE_SPACE = r"^\S+( \S+)*$"  # not empty, no space at either end, single spaces inside


class CodeField(models.CharField[SetT, GetT]):
    """Letters and digits, stripped; an empty one is stored as NULL, so that "has none" can be unique."""

    default_validators = [RegexValidator(CODE, _("Dozwolone są tylko litery (bez polskich znaków) i cyfry."))]

    def to_python(self, value: Any) -> Any:
        """Strip, and read an empty text as none."""
        text = super().to_python(value)
        return (text.strip() or None) if isinstance(text, str) else text

    def get_prep_value(self, value: Any) -> Any:
        """Store what `to_python` reads."""
        return self.to_python(super().get_prep_value(value))

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Leave on the instance what is stored."""
        value = self.to_python(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value


def is_code(field: str, *, name: str) -> models.CheckConstraint:
    """Make the constraint that a column holds a code (or NULL), never an empty text."""
    return models.CheckConstraint(name=name, condition=models.Q(**{f"{field}__regex": CODE}))


def one_spaced(*fields: str, name: str) -> models.CheckConstraint:
    """Make the constraint that names are not empty and hold single spaces only."""
    return models.CheckConstraint(
        name=name, condition=models.Q(**{f"{field}__regex": ONE_SPACE for field in fields})
    )
