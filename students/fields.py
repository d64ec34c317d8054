"""Model fields for printed numbers."""

from datetime import date
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from students.identifiers import identifier_key

SetT = TypeVar("SetT", contravariant=True)
GetT = TypeVar("GetT", covariant=True)

CODE = r"^[0-9A-Za-z]+$"
EARLIEST_YEAR, FURTHEST_YEARS = 1950, 20
ALIKE = _(
    "Ten numer różni się tylko zerami na początku lub wielkością liter od numeru, który już jest w bazie."
)
ONE_SPACE = r"^\S+( \S+)*$"  # not empty, no space at either end, single spaces inside


class CodeField(models.CharField[SetT, GetT]):
    """Letters and digits, stripped; an empty value is stored as NULL, so that it does not count for uniqueness.

    Zeros alone are what spreadsheets make of nothing, and would equal every other number of zeros.
    """

    default_validators = [
        RegexValidator(CODE, _("Dozwolone są tylko litery (bez polskich znaków) i cyfry.")),
        RegexValidator("^0+$", _("Same zera nie są numerem."), inverse_match=True),
    ]

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


@CodeField.register_lookup
class Key(models.Transform):
    """Key of a number: equal with and without leading zeros (`students.identifiers.identifier_key`), in SQL."""

    lookup_name = "key"
    output_field = models.CharField()
    template = "UPPER(LTRIM(%(expressions)s, '0'))"


@CodeField.register_lookup
class Means(models.lookups.Exact[Any]):
    """Equality of keys: `barcode_number__means="70000101"` finds 0070000101 too."""

    lookup_name = "means"

    def get_prep_lookup(self) -> Any:
        """Return the key of the number."""
        return identifier_key(str(self.rhs))

    def get_rhs_op(self, connection: Any, rhs: str) -> str:
        """Return the comparison of `exact`."""
        return f"= {rhs}"

    def process_lhs(self, compiler: Any, connection: Any, lhs: Any = None) -> Any:
        """Compare with the key of the column."""
        return super().process_lhs(compiler, connection, Key(lhs or self.lhs))


def check_key(instance: models.Model, *fields: str) -> None:
    """Raise ValidationError, keyed by field, for a number that differs from another row's by leading zeros or case
    only.

    The number itself is looked for by the field's own constraint.
    """
    errors = {}
    for name in fields:
        number = getattr(instance, name)
        others = type(instance)._default_manager.exclude(pk=instance.pk)
        alike = others.filter(**{f"{name}__means": number}) if number else others.none()
        if set(alike.values_list(name, flat=True)[:2]) - {number}:
            errors[name] = ALIKE
    if errors:
        raise ValidationError(errors)


def validate_date(day: date) -> None:
    """Raise ValidationError for a year in which no student of today can have begun, ended or been issued anything."""
    if not EARLIEST_YEAR <= day.year <= timezone.now().year + FURTHEST_YEARS:
        raise ValidationError(_("Takiego roku być tu nie może."), code="year")


def is_code(field: str, *, name: str) -> models.CheckConstraint:
    """Return the constraint that a column holds a code or NULL, never an empty text."""
    return models.CheckConstraint(name=name, condition=models.Q(**{f"{field}__regex": CODE}))


def one_spaced(*fields: str, name: str) -> models.CheckConstraint:
    """Return the constraint that names are not empty and hold single spaces only."""
    return models.CheckConstraint(
        name=name, condition=models.Q(**{f"{field}__regex": ONE_SPACE for field in fields})
    )
