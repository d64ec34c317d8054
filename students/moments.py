"""Moments in words for people: local time, and in the hour that comes twice in autumn, which of the two it is."""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

MINUTES, SECONDS = "Y-m-d H:i", "Y-m-d H:i:s"


def write_moment(moment: datetime, format: str = MINUTES) -> str:
    """Return a moment in local time; in an hour that the clock shows twice, with the name of the time it is in."""
    local = localtime(moment)
    written = date_format(local, format)
    if local.replace(fold=0).timestamp() == local.replace(fold=1).timestamp():
        return written
    which = _("czasu zimowego") if local.fold else _("czasu letniego")
    return f"{written} {which}"
