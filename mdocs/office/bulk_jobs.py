"""Jobs for many orders, one order after the other: at once for a page of a list, in the background for more.

Each order is judged by itself, so one that its state excludes holds up nothing; what came of it is counted and said.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from uuid import UUID

from django.core.files.base import ContentFile
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from mdocs import orders
from mdocs.models import Order
from mdocs.querysets import ENCRYPTED, OrderQuerySet
from mdocs.statuses import RevocationReason
from mdocs.wakeup import waking_once
from students import jobs
from students.jobs import BatchResult, ItemNote, JobFailed, JobType
from students.models import Job, User

JOB = "mdocs.orders"
AT_ONCE = 100  # orders, a page of the list; more are done in the background
# In the background: so few that their rows, held until the batch is over, seldom are in a worker's way. Where they
# are, PostgreSQL breaks one of the two off, and the batch is done again.
BATCH = 25
LINE = len(str(UUID(int=0))) + 1  # bytes of a line of the list: the number of an order, and its end
PERMISSIONS = {"retry": "mdocs.retry_order", "end": "mdocs.revoke_order"}

DONE, NOT_ALLOWED, NOT_SEEN = "done", "not_allowed", "not_seen"
OUTCOMES: Mapping[str, StrOrPromise] = {
    DONE: _("zrobione"),
    NOT_ALLOWED: _("pominięte: stan zamówienia na to nie pozwala"),
    NOT_SEEN: _("pominięte: poza Twoim zakresem"),
}

RETRY, END = "retry", "end"


@dataclass
class Outcome:
    """Outcome of a command: how many orders were done; which were not, with the state that excluded them."""

    done: int = 0
    refused: list[Order] = field(default_factory=list)

    @property
    def refusals(self) -> Counter[str]:
        """Count the states that excluded orders, by their names."""
        return Counter(str(order.get_status_display()) for order in self.refused)


def carry_out(
    command: str, chosen: Iterable[Order], *, by: User, reason: str = "", low_priority: bool = False
) -> Outcome:
    """Do what `command` says (RETRY, or END for a RevocationReason) with each order; `low_priority` where nobody waits
    for it.

    Raises ValueError for a reason, and KeyError for a verb, that does not exist.
    """
    do = _command(command, by, reason, low_priority)
    outcome = Outcome()
    with waking_once():
        for order in chosen:
            try:
                do(order)
            except orders.NotAllowed as refused:
                outcome.refused.append(refused.order)
            else:
                outcome.done += 1
    return outcome


def _command(command: str, by: User, reason: str, low_priority: bool) -> Callable[[Order], Order]:
    if command == END:
        why = RevocationReason(reason)
        return lambda order: orders.end(order, by=by, reason=why, low_priority=low_priority)
    return {RETRY: lambda order: orders.retry(order, by=by)}[command]


def start(command: str, chosen: OrderQuerySet, title: str, *, by: User, reason: str = "") -> Job:
    """Have the chosen orders done in the background.

    Which they are is settled now, in a file of their numbers: what comes to match a filter later is not among them.
    """
    numbers = chosen.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=10_000)
    file = ContentFile("\n".join(map(str, numbers)).encode(), name="orders")
    return jobs.start(JOB, title, by=by, parameters={"verb": command, "reason": reason}, file=file)


def register() -> None:
    """Make this work known to the runner of jobs; called once, when the apps are ready."""
    jobs.register(JobType(name=JOB, count=_count, step=_step, outcomes=OUTCOMES))


def _numbers(job: Job, begin: int = 0) -> Iterator[UUID]:
    """Yield the numbers of the orders, from the one at `begin` on, without reading those before it."""
    try:
        with job.file.open("rb") as lines:
            lines.seek(begin * LINE)
            for line in iter(lines.readline, b""):  # Django's own iteration begins at the start again
                yield UUID(line.decode().strip())
    except (OSError, ValueError):
        raise JobFailed(_("Nie można odczytać listy zamówień tego zadania. Zleć je ponownie.")) from None


def _count(job: Job) -> int:
    return sum(1 for _number in _numbers(job))


def _step(job: Job) -> BatchResult:
    begin = job.cursor or 0
    numbers = list(islice(_numbers(job, begin), BATCH))
    by = job.started_by
    if by is None:
        raise JobFailed(_("Nie wiadomo, kto zlecił to zadanie."))
    if not by.has_perm(PERMISSIONS[job.parameters["verb"]]):
        raise JobFailed(_("Kto zlecił to zadanie, nie ma już do niego uprawnień."))
    seen = list(Order.objects.visible_to(by).filter(pk__in=numbers).defer(*ENCRYPTED).order_by("pk"))
    outcome = carry_out(
        job.parameters["verb"], seen, by=by, reason=job.parameters["reason"], low_priority=True
    )
    notes = [
        ItemNote(order.album_number, NOT_ALLOWED, str(order.get_status_display()))
        for order in outcome.refused
    ]
    counts = {DONE: outcome.done, NOT_ALLOWED: len(outcome.refused), NOT_SEEN: len(numbers) - len(seen)}
    return BatchResult(
        done=len(numbers),
        counts={what: number for what, number in counts.items() if number},
        cursor=begin + BATCH if len(numbers) == BATCH else None,
        notes=notes,
    )
