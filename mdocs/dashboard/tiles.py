"""The figures on top of the dashboard: what a glance has to tell."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from mdocs.dashboard.extensions import Extensions
from mdocs.dashboard.figures import Health, History, Queue, States, Wait
from mdocs.dashboard.wording import NOTHING, day, duration, number, percent
from mdocs.models import Breaker
from mdocs.querysets import LONG_WAIT


@dataclass(frozen=True)
class Tile:
    """A figure with its name and what else there is to say; `is_bad` where somebody has to do something."""

    name: str
    figure: str
    details: Sequence[str]
    is_bad: bool = False


def _not_counted(name: str) -> Tile:
    return Tile(name, NOTHING, [_("Nie udało się policzyć. Odśwież stronę za chwilę.")], is_bad=True)


def _moment(at: datetime, now: datetime) -> str:
    """Write a moment: the time of day if it is today's, else with the date."""
    at = timezone.localtime(at)
    is_today = at.date() == timezone.localdate(now)
    return formats.date_format(at, "H:i:s" if is_today else "j E Y, H:i")


def health(health: Health | None, now: datetime) -> Tile:
    """Tell how mDokumenty is, since when, when it is tried next, and whether there is a worker."""
    name = _("mDokumenty")
    if health is None:
        return _not_counted(name)
    breaker = health.breaker
    details = [_("od: %s") % _moment(breaker.changed_at, now)]
    if breaker.state != Breaker.State.CLOSED:
        if breaker.next_probe_at is not None:
            details.append(_("następna próba: %s") % _moment(breaker.next_probe_at, now))
        details.append(_("Zamówienia są bezpieczne i zostaną wysłane, gdy tylko będzie to możliwe."))
    if breaker.engine_seen_at is None:
        details.append(_("Worker jeszcze nie dał znaku życia. Zawiadom administratora."))
    elif health.workers_seen:
        details.append(_("worker pracuje, ostatnio: %s") % _moment(breaker.engine_seen_at, now))
    else:
        seen = _moment(breaker.engine_seen_at, now)
        details.append(_("Worker nie daje znaku życia od: %s. Zawiadom administratora.") % seen)
    return Tile(name, str(breaker.get_state_display()), details, is_bad=not health.is_well)


def queues(states: States | None, now: datetime) -> Iterator[Tile]:
    """Tell how many orders wait to be sent and how many are in the making, and how long the oldest has waited."""
    names = (_("Czekają na wysłanie"), _("W trakcie przygotowania"))
    found = (states.to_send, states.in_the_making) if states else (None, None)
    for name, queue in zip(names, found, strict=True):
        yield _queue(name, queue, now) if queue else _not_counted(name)


def _queue(name: str, queue: Queue, now: datetime) -> Tile:
    age = queue.age(now)
    if age is None:
        return Tile(name, number(0), [_("nikt nie czeka")])
    details = [_("najstarsze czeka: %s") % duration(age)]
    return Tile(name, number(queue.orders), details, is_bad=age > LONG_WAIT)


def waits(history: History | None) -> Iterator[Tile]:
    """Tell how long students waited for their codes, today and in the last seven days."""
    names = (_("Oczekiwanie na kody dziś"), _("Oczekiwanie na kody przez 7 dni"))
    found = (history.today, history.this_week) if history else (None, None)
    for name, wait in zip(names, found, strict=True):
        yield _wait(name, wait) if wait else _not_counted(name)


def _wait(name: str, wait: Wait) -> Tile:
    if not wait.ready:
        return Tile(name, NOTHING, [_("nikt nie dostał kodów")])
    details = [
        _("mediana; 95%% studentów najwyżej %s") % duration(wait.p95),
        _("przygotowane kody: %s") % number(wait.ready),
    ]
    return Tile(name, duration(wait.median), details)


def extensions(extensions: Extensions | None) -> Tile:
    """Tell how many cards are not extended yet."""
    name = _("Legitymacje do przedłużenia")
    if extensions is None:
        return _not_counted(name)
    total = extensions.total
    details = [
        _("%(share)s z %(cards)s legitymacji w użyciu")
        % {"share": percent(total.share), "cards": number(total.in_use)},
        _("na semestr do %s") % day(extensions.until),
    ]
    return Tile(name, number(total.not_extended), details)
