"""Jobs that confirm the students of a cohort, and undo it (rules `pesel`).

The rules: docs/reference/domain.md, Two sets of rules; what is done to each order: `mdocs.entitlement.confirmation`.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mdocs.entitlement import confirmation
from mdocs.entitlement.confirmation import CONFIRMED, LABELS, UNDO_LABELS, Confirmed
from mdocs.models import Confirmation
from mdocs.office.cohorts import PERMISSION, Cohort
from mdocs.orders import bulk
from students import jobs
from students.half_years import extension_target
from students.models import Job, User

CONFIRM, UNDO = "confirm", "unconfirm"
UNDO_WITHIN = timedelta(days=1)


@dataclass(frozen=True)
class Preview:
    """Until when a cohort would be confirmed, and its number of students by outcome; None for those without an
    mLegitymacja or order."""

    until: date
    outcomes: dict[str, int] = field(default_factory=dict)
    without_document: int = 0

    @property
    def to_confirm(self) -> int:
        """Number of mLegitymacje and orders that would be extended."""
        return self.outcomes.get(CONFIRMED, 0)

    @property
    def lines(self) -> list[tuple[str, int]]:
        """The outcomes in words, those of nobody as well."""
        return [(str(label), self.outcomes.get(outcome, 0)) for outcome, label in LABELS.items()]


def preview(cohort: Cohort, by: User, day: date) -> Preview:
    """Count what confirming a cohort would come to: two queries, whatever its size."""
    until = extension_target(day)
    students = cohort.students(by, day)
    documents = confirmation.with_outcome(until, day).filter(pk__in=students.order_by().values("pk"))
    outcomes = dict(documents.order_by().values_list("outcome").annotate(Count("pk")))
    return Preview(until, outcomes, students.count() - sum(outcomes.values()))


def confirm(cohort: Cohort, who: str, *, by: User) -> Job:
    """Start the confirmation of a cohort until what an extension of today reaches."""
    until = extension_target(timezone.localdate())
    title = _("Potwierdzenie do %(until)s: %(who)s") % {"until": date_format(until), "who": who}
    return jobs.start(CONFIRM, title, by=by, parameters={**cohort.parameters, "until": until.isoformat()})


def can_be_undone(job: Job) -> bool:
    """Return whether a confirmation is over, not undone yet, and recent enough to be undone as a whole."""
    return (
        job.kind == CONFIRM
        and not job.is_open
        and job.created_at > timezone.now() - UNDO_WITHIN
        and Confirmation.objects.filter(job=job, undone_at__isnull=True).exists()
        and not _undoing(job).exists()
    )


def _undoing(confirmed: Job) -> QuerySet[Job]:
    return Job.objects.filter(kind=UNDO, parameters__job=confirmed.pk)


def undo(confirmed: Job, *, by: User) -> Job:
    """Start undoing a confirmation; a second call returns the job of the first. Raises JobFailed where it is too
    late."""
    with transaction.atomic():
        Job.objects.select_for_update().get(pk=confirmed.pk)
        started = _undoing(confirmed).first()
        if started is not None:
            return started
        if not can_be_undone(confirmed):
            raise jobs.JobFailed(_("Tego potwierdzenia nie można już cofnąć."))
        title = _("Cofnięcie: %(title)s") % {"title": confirmed.title}
        return jobs.start(UNDO, title, by=by, parameters={"job": confirmed.pk})


def _count(job: Job) -> int:
    return Cohort.of_job(job).students(_clerk(job), timezone.localdate()).count()


def _step(job: Job) -> jobs.BatchResult:
    by, today = _clerk(job), timezone.localdate()
    if extension_target(today).isoformat() != job.parameters["until"]:
        raise jobs.JobFailed(_("Minął czas, na który zlecono to potwierdzenie. Zleć je od nowa."))
    students = Cohort.of_job(job).students(by, today).filter(pk__gt=job.cursor or 0).order_by("pk")
    batch = list(students.values_list("pk", flat=True)[: bulk.BATCH])
    confirmed = confirmation.confirm(batch, by=by, job=job)
    counts = {**confirmed.counts, "without": len(batch) - confirmed.counts.total()}
    return _result(len(batch), confirmed, counts, batch[-1] if len(batch) == bulk.BATCH else None)


def _undo_count(job: Job) -> int:
    return Confirmation.objects.filter(job=job.parameters["job"], undone_at__isnull=True).count()


def _undo_step(job: Job) -> jobs.BatchResult:
    by = _clerk(job)
    rest = Confirmation.objects.filter(
        job=job.parameters["job"], undone_at__isnull=True, pk__gt=job.cursor or 0
    ).select_related("order")
    batch = list(
        rest.only("order__student_id", "order__album_number", "until", "previous_until")[: bulk.BATCH]
    )
    undone = confirmation.undo(batch, by=by)
    return _result(len(batch), undone, undone.counts, batch[-1].pk if len(batch) == bulk.BATCH else None)


def _result(done: int, outcome: Confirmed, counts: dict[str, int], cursor: int | None) -> jobs.BatchResult:
    labels = LABELS | UNDO_LABELS
    return jobs.BatchResult(
        done=done,
        counts={key: number for key, number in counts.items() if number},
        cursor=cursor,
        notes=[jobs.ItemNote(album, why, str(labels[why])) for album, why in outcome.left_out],
    )


def _clerk(job: Job) -> User:
    """Return who started the job; raises JobFailed where that is not enough any more."""
    if not confirmation.is_manual():
        raise jobs.JobFailed(_("Według obowiązujących teraz ustawień studentów potwierdza sam portal."))
    by = job.started_by
    if by is None or not by.has_perm(PERMISSION):
        raise jobs.JobFailed(_("Kto zlecił to zadanie, nie ma już prawa potwierdzać wielu studentów naraz."))
    return by


def _actions(job: Job, user: User | AnonymousUser) -> list[jobs.JobAction]:
    if not user.has_perm(PERMISSION) or not confirmation.is_manual() or not can_be_undone(job):
        return []
    return [
        jobs.JobAction(
            _("Cofnij to potwierdzenie"),
            reverse("mdocs_office:undo_confirmation", args=[job.pk]),
            _(
                "Można je cofnąć w całości przez dobę. To, co mDokumenty już przedłużyły, zostaje tam ważne do nowego "
                "terminu."
            ),
        )
    ]


KINDS = (
    jobs.JobType(
        CONFIRM,
        count=_count,
        step=_step,
        outcomes={**LABELS, "without": gettext_lazy("bez zamówienia i bez mLegitymacji")},
        actions=_actions,
    ),
    jobs.JobType(UNDO, count=_undo_count, step=_undo_step, outcomes=UNDO_LABELS),
)
