"""Days and moments in words for people: the one style of the portal, and the form of the manual.

"31 marca 2027, 08:17", in English "31 March 2027, 08:17"; in local time, and in the hour that comes twice in autumn
with which of the two it is. The manual's form ("2026-11-25 08:17:46", "2027-03-31") is for the order's own facts on
its student's page (docs/reference/manual.md).
"""

import re
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeData
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

# "31 marca 2027", the manual's "I-go" and "II-go". A moment may go on in the next line with its hour.
_TOGETHER = re.compile(r"(\b\d{1,2} [^\W\d_]+ \d{4}\b,?|\b[IVX]+-go\b)")
_SPAN = '<span class="unbroken">{}</span>'


def write_day(day: date) -> str:
    """Return a day, in the active language."""
    return date_format(day)


# In the language that is active when it is read: an API says it in both.
write_day_lazily = lazy(write_day, str)


def write_moment(moment: datetime, *, seconds: bool = False) -> str:
    """Return a moment, to the minute or the second, in the active language."""
    local = localtime(moment)
    return _which(
        f"{date_format(local)}, {local:%H:%M:%S}" if seconds else f"{date_format(local)}, {local:%H:%M}",
        local,
    )


def manual_day(day: date) -> str:
    """Return a day as the manual writes it."""
    return f"{day:%Y-%m-%d}"


def manual_moment(moment: datetime) -> str:
    """Return a moment, to the second, as the manual writes it."""
    local = localtime(moment)
    return _which(f"{local:%Y-%m-%d %H:%M:%S}", local)


def unbroken(text: object) -> str:
    """Write a text with its days and its "I-go" on one line each; copied and read out, it is the same."""
    if isinstance(text, SafeData):
        return _TOGETHER.sub(_SPAN.format(r"\1"), str(text))
    pieces = _TOGETHER.split(str(text))
    return format_html(("{}" + _SPAN) * (len(pieces) // 2) + "{}", *pieces)


def _which(written: str, local: datetime) -> str:
    """Add, in an hour that the clock shows twice, the name of the time it is in."""
    if local.replace(fold=0).timestamp() == local.replace(fold=1).timestamp():
        return written
    which = _("czasu zimowego") if local.fold else _("czasu letniego")
    return f"{written} {which}"
