"""Half-years of the academic calendar: an ELS is valid to 31 March or to 31 October."""

from datetime import date, timedelta

# From these months on cards and mLegitymacje are extended to the end of the half-year that begins then
# (docs/reference/domain.md, Two sets of rules).
_EXTENDED_TO_MARCH_FROM, _EXTENDED_TO_OCTOBER_FROM = 10, 3


def half_year_end(day: date) -> date:
    """Return the last day of the half-year of `day`: the next 31 March or 31 October, `day` included."""
    ends = (date(day.year, 3, 31), date(day.year, 10, 31), date(day.year + 1, 3, 31))
    return next(end for end in ends if end >= day)


def next_half_year_end(day: date) -> date:
    """Return the end of the half-year after the one that `day` is in."""
    return half_year_end(half_year_end(day) + timedelta(days=1))


def previous_half_year_end(day: date) -> date:
    """Return the end of the half-year before the one that `day` is in."""
    ends = (date(day.year, 10, 31), date(day.year, 3, 31), date(day.year - 1, 10, 31))
    return next(end for end in ends if end < day)


def extension_target(day: date) -> date:
    """Return until when an extension made on `day` reaches.

    From 1 October on it is 31 March, from 1 March on 31 October: in the last month of a half-year, the end of the next.
    """
    is_last_month = day.month in {_EXTENDED_TO_MARCH_FROM, _EXTENDED_TO_OCTOBER_FROM}
    return next_half_year_end(day) if is_last_month else half_year_end(day)
