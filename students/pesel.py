"""PESEL numbers: validation, and consistency with birth date and sex.

The register holds numbers with a wrong date or check digit. Such a one can be held once an administrator has
confirmed it (`Student.pesel_confirmed`); then only its form is checked, and nothing is read out of it.
"""

from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum.exceptions import InvalidChecksum, InvalidComponent, InvalidFormat, InvalidLength
from stdnum.pl import pesel as stdnum_pesel

# What is added to the month of a birth date, by century (ustawa o ewidencji ludności, art. 15 ust. 2).
_MONTH_OFFSET = {18: 80, 19: 0, 20: 20, 21: 40, 22: 60}
_FORM = {"length", "format"}  # mistakes that no official number has
MISTAKES = {"checksum", "date", "birth_date", "sex"}  # codes of mistakes that one may have
SERIALS = 5_000  # PESEL numbers that one sex has for one day


def clean_pesel(text: str) -> str:
    """Return the eleven digits of a PESEL, without spaces and hyphens.

    Raises ValidationError in Polish, which never repeats the number.
    """
    try:
        return str(stdnum_pesel.validate(text))
    except InvalidLength:  # a kind of InvalidFormat
        raise ValidationError(_("Numer PESEL ma 11 cyfr."), code="length") from None
    except InvalidFormat:
        raise ValidationError(_("Numer PESEL składa się z samych cyfr."), code="format") from None
    except InvalidChecksum:
        raise ValidationError(
            _("Ten numer PESEL zawiera błąd: nie zgadza się cyfra kontrolna."), code="checksum"
        ) from None
    except InvalidComponent:
        raise ValidationError(_("Data zapisana w numerze PESEL nie istnieje."), code="date") from None


def clean_pesel_form(text: str) -> str:
    """Return the eleven digits of a PESEL, without spaces and hyphens, whatever they say.

    Raises ValidationError in Polish, which never repeats the number.
    """
    try:
        return clean_pesel(text)
    except ValidationError as error:
        if error.code in _FORM:
            raise
        return str(stdnum_pesel.compact(text))


def sex_of(pesel: str) -> str:
    """Return the sex ("M" or "F") that a valid PESEL encodes."""
    return str(stdnum_pesel.get_gender(pesel))


def check_identity(pesel: str, birth_date: date, sex: str | None) -> None:
    """Check a PESEL, by itself and against the birth date and, where known, the sex ("M" or "F").

    Raises ValidationError in Polish, keyed by field.
    """
    try:
        number = clean_pesel(pesel)
    except ValidationError as error:
        raise ValidationError({"pesel": error}) from None
    errors = {}
    if stdnum_pesel.get_birth_date(number) != birth_date:
        errors["birth_date"] = ValidationError(
            _("Data urodzenia nie zgadza się z numerem PESEL."), code="birth_date"
        )
    if sex and sex_of(number) != sex:
        errors["sex"] = ValidationError(_("Płeć nie zgadza się z numerem PESEL."), code="sex")
    if errors:
        raise ValidationError(errors)


def compose_pesel(birth_date: date, sex: str, serial: int) -> str:
    """Return the valid PESEL of the `serial`-th (from 0, below SERIALS) person of that sex born that day."""
    if not 0 <= serial < SERIALS:
        raise ValueError(f"a serial is between 0 and {SERIALS - 1}")
    month = birth_date.month + _MONTH_OFFSET[birth_date.year // 100]
    number = f"{birth_date.year % 100:02}{month:02}{birth_date.day:02}{serial * 2 + (sex == 'M'):04}"
    return number + str(stdnum_pesel.calc_check_digit(number))


def mask_pesel(pesel: str | None) -> str:
    """Return the PESEL with the half hidden that a birth date beside it does not reveal; a dash where there is none."""
    return f"{pesel[:6]}•••••" if pesel else "–"
