"""Checks of clocks: those of the portal's machines against PostgreSQL's, and mDokumenty's against ours."""

from collections.abc import Iterator
from datetime import timedelta

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mdocs.engine import breaker
from operations.alarm_kinds import Kind
from operations.checks.base import Check, Fact, Finding, Moment, Words

_OFF = timedelta(seconds=5)
# A `Date` has whole seconds, and is as old as its answer was on the way. From here on codes of authenticator apps fail,
# if it is our clock; and what certificates, codes and documents are valid for is meant by another clock than ours.
_OFF_THERE = timedelta(minutes=1)
_LASTS = timedelta(minutes=5)  # more than a few odd answers of something on the way


def _clocks(moment: Moment) -> Iterator[Finding]:
    for sign in moment.processes:
        if abs(sign.own_clock - sign.seen_at) > _OFF:
            yield Finding("off", sign.process, {"seconds": _seconds(sign.own_clock - sign.seen_at)})
    ahead = breaker.clock_difference(moment.now)
    if ahead is not None and abs(ahead) > _OFF_THERE:
        yield Finding("off there", facts={"seconds": _seconds(ahead)})


def own_difference() -> timedelta:
    """Return by how much the clock of this machine is ahead of PostgreSQL's; the way there and back counts half."""
    with connection.cursor() as cursor:
        begun = timezone.now()
        cursor.execute("SELECT clock_timestamp()")
        (theirs,) = cursor.fetchone()
        ours = begun + (timezone.now() - begun) / 2
    return ours - theirs  # type: ignore[no-any-return]


def of_this_machine() -> Iterator[Finding]:
    """Find that the clock of the doctor's own machine is off, which gives no sign of life."""
    if abs(difference := own_difference()) > _OFF:
        yield Finding("off", "doctor", {"seconds": _seconds(difference)})


def _measure(moment: Moment) -> Iterator[Fact]:
    differences = {sign.process: sign.own_clock - sign.seen_at for sign in moment.processes}
    for process, difference in {"doctor": own_difference(), **differences}.items():
        values = {"process": process, "milliseconds": round(difference / timedelta(milliseconds=1))}
        yield Fact(_("%(process)s: od PostgreSQL różni się o %(milliseconds)s ms"), values)


def _seconds(difference: timedelta) -> int:
    return round(difference.total_seconds())


CLOCK = Check(
    Kind.CLOCK,
    _clocks,
    {
        "off": Words(
            _("Zegar maszyny procesu %(subject)s różni się od zegara bazy danych (sekund: %(seconds)s)."),
            _("Włącz na obu maszynach synchronizację czasu (NTP)."),
        ),
        "off there": Words(
            _("Zegar mDokumentów różni się od naszego (sekund: %(seconds)s)."),
            _(
                "Sprawdź synchronizację czasu (NTP) na maszynach z workerami. "
                "Jeśli nasz zegar jest dobry, zawiadom biuro obsługi ministerstwa."
            ),
            patience=_LASTS,
        ),
    },
    names_nobody=False,
    measure=_measure,
)
