"""Checks of the portal's own processes, by their signs of life: workers, beat, storage, disks."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from celery import current_app
from django.utils.translation import gettext_lazy as _

from operations import signs
from operations.alarm_kinds import Kind
from operations.checks.base import Check, Finding, Moment, Words
from operations.models import Alarm, Sign
from students.shared_storage import SHARED

# After which a queue is taken to hang at its task. What is long by nature has Celery's time limit (settings).
HANGS = timedelta(minutes=2)
LONG = timedelta(minutes=11)
_LONG_QUEUES = {"jobs", "celery", "emails"}
IDLE = timedelta(seconds=30)  # beat wakes each queue every second
IDLE_BY_THE_CLOCK = timedelta(seconds=50)  # the queue of what goes by the clock: every 15 seconds
_BOTH_SEEN = timedelta(seconds=10)  # a second beat that takes over when the first ends is no second one
_START = timedelta(seconds=10)  # while everything starts, one after the other


def _workers(moment: Moment) -> Iterator[Finding]:
    """Find the queues without a worker, with one that hangs, and with one that takes nothing up."""
    alive = moment.alive(Sign.Role.WORKER)
    for queue in signs.queues():
        served_by = [sign for sign in alive if sign.queue == queue]
        if not served_by:
            yield Finding("not seen", queue)
        elif hanging := [
            sign for sign in served_by if _busy_for(sign) > (LONG if queue in _LONG_QUEUES else HANGS)
        ]:
            longest = max(map(_busy_for, hanging))
            yield Finding("hangs", queue, {"minutes": longest // timedelta(minutes=1)})
        elif not (any(map(_works, served_by)) or Kind.BEAT in moment.unwell or _was_not_woken(moment)):
            yield Finding("idle", queue)


def _was_not_woken(moment: Moment) -> bool:
    """Return whether Redis or beat has only just come back: then all have been idle, and none is to blame."""
    lately = moment.now - IDLE_BY_THE_CLOCK
    return Alarm.objects.filter(kind__in=(Kind.REDIS, Kind.BEAT), last_seen_at__gt=lately).exists()


def _busy_for(sign: Any) -> timedelta:
    """Return for how long a queue has been at its task; both moments are by the process's own clock."""
    return sign.own_clock - sign.busy_since if sign.busy_since else timedelta()


def _works(sign: Any) -> bool:
    """Return whether a worker takes up what beat sends; one that has only begun is believed."""
    latest = sign.worked_at or sign.started_at
    longest = IDLE_BY_THE_CLOCK if sign.queue == current_app.conf.task_default_queue else IDLE
    return sign.busy_since is not None or sign.own_clock - latest < longest


def _beat(moment: Moment) -> Iterator[Finding]:
    beats = sorted(moment.alive(Sign.Role.BEAT), key=lambda sign: sign.started_at)
    if not beats:
        yield Finding("not seen")
    elif any(first.seen_at > beats[-1].started_at + _BOTH_SEEN for first in beats[:-1]):
        yield Finding("several run", facts={"number": len(beats)})


def _storage(moment: Moment) -> Iterator[Finding]:
    for sign in moment.processes:
        for storage in SHARED:
            if status := sign.findings.get(storage):
                yield Finding(status, f"{sign.process} ({storage})")


def _disk(moment: Moment) -> Iterator[Finding]:
    for sign in moment.processes:
        if status := sign.findings.get("disk"):
            yield Finding(status, sign.process)


WORKERS = Check(
    Kind.WORKERS,
    _workers,
    {
        "not seen": Words(
            _("Kolejki „%(subject)s” nie obsługuje żaden worker."),
            _("Uruchom workera tej kolejki; sam znajdzie to, co czeka."),
            patience=_START,
        ),
        "hangs": Words(
            _("Worker kolejki „%(subject)s” tkwi przy jednym zadaniu (minut: %(minutes)s)."),
            _("Zobacz jego dziennik, potem uruchom go ponownie: praca zostanie podjęta na nowo."),
        ),
        "idle": Words(
            _("Worker kolejki „%(subject)s” działa, ale nie podejmuje zadań."),
            _("Uruchom go ponownie; sprawdź, czy łączy się z tym samym Redis co beat."),
            patience=_START,
        ),
    },
    needs=(Kind.REDIS,),
)
BEAT = Check(
    Kind.BEAT,
    _beat,
    {
        "not seen": Words(
            _("Beat nie działa: nikt nie budzi workerów, zamówienia stoją do czyjegoś kliknięcia."),
            _("Uruchom beat."),
            patience=_START,
        ),
        "several run": Words(
            _("Działa więcej niż jeden beat (%(number)s): każda praca jest zlecana wielokrotnie."),
            _("Zostaw jeden, pozostałe zatrzymaj. Niczego to nie zepsuło."),
        ),
    },
    needs=(Kind.REDIS,),
)
STORAGE = Check(
    Kind.STORAGE,
    _storage,
    {
        "not shared": Words(
            _("Proces %(subject)s ma inne pliki niż pozostałe: nie znajdzie zdjęć ani plików zadań."),
            _(
                "Podłącz tam wspólny katalog (DATA_DIR). Jeśli pliki przeniesiono, "
                "uruchom na właściwej maszynie manage.py renew_storage_markers."
            ),
        ),
        "unreadable": Words(
            _("Proces %(subject)s nie może czytać wspólnych plików."),
            _("Sprawdź uprawnienia i połączenie z magazynem plików."),
        ),
        "hangs": Words(
            _("Proces %(subject)s od ponad minuty czeka na wspólne pliki."),
            _("Sprawdź dysk sieciowy tej maszyny."),
        ),
    },
    names_nobody=False,
)
DISK = Check(
    Kind.DISK,
    _disk,
    {
        "low": Words(
            _("Na dysku maszyny procesu %(subject)s kończy się miejsce."),
            _("Zwolnij miejsce albo powiększ dysk, na którym jest DATA_DIR lub REFERENCES_FILE."),
        ),
        "full": Words(
            _("Dysk maszyny procesu %(subject)s jest pełny: zdjęć ani plików nie da się zapisać."),
            _("Zwolnij miejsce albo powiększ dysk, na którym jest DATA_DIR lub REFERENCES_FILE."),
        ),
        "unreadable": Words(
            _("Proces %(subject)s nie widzi katalogu DATA_DIR."), _("Sprawdź, czy dysk jest podłączony.")
        ),
    },
    names_nobody=False,
)
