"""Tiles of the dashboard: figures of how orders go."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django_stubs_ext import StrOrPromise

from mdocs.advice import UNWELL
from mdocs.models import Breaker
from mdocs.office.dashboard.figures import History, Queue, States
from mdocs.office.dashboard.formatting import NOTHING, duration, number
from mdocs.querysets import LONG_WAIT
from students.moments import write_moment


@dataclass(frozen=True)
class Tile:
    """A figure with its name and what else there is to say; `is_bad` where somebody has to do something.

    `url` leads to what was counted.
    """

    name: str
    figure: str
    details: Sequence[str]
    is_bad: bool = False
    url: str = ""


def not_counted(name: str) -> Tile:
    """Return the tile of a figure that could not be counted."""
    return Tile(name, NOTHING, [_("Nie udało się policzyć. Odśwież stronę za chwilę.")], is_bad=True)


def _moment(at: datetime, now: datetime) -> str:
    """Write a moment: the time of day if it is today's, else with the date."""
    at = timezone.localtime(at)
    is_today = at.date() == timezone.localdate(now)
    return formats.date_format(at, "H:i:s") if is_today else write_moment(at)


_HEALTH: Mapping[str, StrOrPromise] = {
    Breaker.State.CLOSED: _lazy("działają"),
    Breaker.State.OPEN: _lazy("nie odpowiadają"),
    Breaker.State.NOT_ACCEPTED: _lazy("nie przyjmują zamówień"),
}


def health(breaker: Breaker | None, now: datetime, *, sees_cause: bool) -> Tile:
    """Tell how mDokumenty is and since when; who looks after the portal also sees why, and when it is tried next.

    For everybody else it says what that means for students, and whom to tell.
    """
    name = _("mDokumenty")
    if breaker is None:
        return not_counted(name)
    details = [_("od: %s") % _moment(breaker.changed_at, now)]
    is_closed = breaker.state == Breaker.State.CLOSED
    if not is_closed and sees_cause:
        if breaker.cause:
            details.insert(0, breaker.cause_words)
        if breaker.next_probe_at is not None:
            details.append(_("następna próba: %s") % _moment(breaker.next_probe_at, now))
    if not is_closed:
        details.append(str(UNWELL[breaker.state].do))
    return Tile(name, str(_HEALTH[breaker.state]), details, is_bad=not is_closed)


def queues(states: States | None, now: datetime) -> Iterator[Tile]:
    """Tell how many orders wait to be sent and how many are in the making, and how long the oldest has waited."""
    names = (_("Czekają na wysłanie"), _("W trakcie przygotowania"))
    found = (states.to_send, states.in_the_making) if states else (None, None)
    for name, queue in zip(names, found, strict=True):
        yield _queue(name, queue, now) if queue else not_counted(name)


def _queue(name: str, queue: Queue, now: datetime) -> Tile:
    age = queue.age(now)
    if age is None:
        return Tile(name, number(0), [_("nikt nie czeka")])
    details = [_("najstarsze czeka: %s") % duration(age)]
    return Tile(name, number(queue.orders), details, is_bad=age > LONG_WAIT)


def wait(history: History | None) -> Tile:
    """Tell how long students waited for their codes, today and in the last seven days."""
    name = _("Oczekiwanie na kody dziś")
    if history is None:
        return not_counted(name)
    today, week = history.today, history.this_week
    details = [
        _("mediana; 95\N{NO-BREAK SPACE}%% czekało najwyżej %s") % duration(today.p95)
        if today.ready
        else _("nikt nie dostał kodów")
    ]
    if week.ready:
        details.append(
            _("przez ostatnie 7 dni: mediana %(median)s, 95\N{NO-BREAK SPACE}%% najwyżej %(p95)s")
            % {"median": duration(week.median), "p95": duration(week.p95)}
        )
    return Tile(name, duration(today.median), details)
