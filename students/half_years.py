"""Half-years of the academic calendar: an ELS is valid to 31 March or to 31 October."""

from datetime import date, timedelta

# The dean's office begins to extend cards for the next half-year this long before the present one ends.
EXTENDED_AHEAD = timedelta(days=45)


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
    """Return the default day of extensions made on `day`: the end of this half-year, or soon of the next."""
    end = half_year_end(day)
    return next_half_year_end(day) if end - day < EXTENDED_AHEAD else end
