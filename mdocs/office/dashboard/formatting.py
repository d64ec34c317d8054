"""Formatting of numbers, shares, days and durations in the reader's language."""

from datetime import date, timedelta

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

_MINUTE, _HOUR, _DAY = 60, 60 * 60, 24 * 60 * 60
NOTHING = "–"


def number(value: int) -> str:
    """Write a number, its thousands apart: 12 345."""
    return formats.number_format(value, use_l10n=True, force_grouping=True)


def percent(share: float) -> str:
    """Write a share of 0 to 1 as whole per cent; only nothing is "0 %", and only all is "100 %"."""
    rounded = round(share * 100)
    if rounded == 0 < share:
        return _("poniżej 1 %")
    if rounded == 100 and share < 1:
        return _("ponad 99 %")
    return _("%s\N{NO-BREAK SPACE}%%") % rounded


def day(value: date) -> str:
    """Write a date: 25 listopada 2026."""
    return formats.date_format(value, "DATE_FORMAT")


def short_day(value: date) -> str:
    """Write a date for a place where there is little room: 25.11."""
    # Translators: how Django's filter `date` is to write a day and its month in figures.
    return formats.date_format(value, pgettext("date format", "j.m"))


def duration(value: timedelta | None) -> str:
    """Write how long something takes, no more exactly than one wants to know: 2,4 s, 3 min 20 s, 2 dni 5 godz."""
    if value is None:
        return NOTHING
    exactly = max(value.total_seconds(), 0.0)
    if exactly < 9.95 and round(exactly, 1) % 1:
        return _("%s s") % formats.number_format(exactly, decimal_pos=1, use_l10n=True)
    seconds = round(exactly)
    if seconds < _MINUTE:
        return _("%s s") % seconds
    if seconds < _HOUR:
        return _two(seconds // _MINUTE, _("min"), seconds % _MINUTE, _("s"))
    if seconds < _DAY:
        return _two(seconds // _HOUR, _("godz."), seconds % _HOUR // _MINUTE, _("min"))
    days = seconds // _DAY
    return _two(days, _("dzień") if days == 1 else _("dni"), seconds % _DAY // _HOUR, _("godz."))


def _two(large: int, large_unit: str, small: int, small_unit: str) -> str:
    rest = f" {small} {small_unit}" if small else ""
    return f"{large} {large_unit}{rest}"
