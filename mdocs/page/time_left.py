"""Time left, in words."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

_DAYS_FROM = timedelta(hours=48)
_HOURS_FROM = timedelta(hours=1)
_MINUTES_FROM = timedelta(minutes=1)


def remaining(until: datetime, now: datetime) -> str:
    """Say how long it is from `now` until then: in days, in the last two days in hours, then in minutes.

    Rounded down, so that nobody counts on time that there is not. Empty where the moment has passed.
    """
    left = until - now
    if left <= timedelta():
        return ""
    if left >= _DAYS_FROM:
        days = left.days
        return ngettext("jeszcze %(count)d dzień", "jeszcze %(count)d dni", days) % {"count": days}
    if left >= _HOURS_FROM:
        hours = left // _HOURS_FROM
        return ngettext("jeszcze %(count)d godzina", "jeszcze %(count)d godzin", hours) % {"count": hours}
    if left >= _MINUTES_FROM:
        minutes = left // _MINUTES_FROM
        return ngettext("jeszcze %(count)d minuta", "jeszcze %(count)d minut", minutes) % {"count": minutes}
    return _("jeszcze mniej niż minuta")
