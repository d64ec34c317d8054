"""Jobs that confirm the students of a cohort, and undo it (rules `pesel`).

The rules: docs/reference/domain.md, Two sets of rules; what is done to each order: `mdocs.entitlement.confirmation`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mdocs.entitlement import confirmation
from mdocs.entitlement.confirmation import CONFIRMED, LABELS
from mdocs.models import Confirmation
from mdocs.office.cohorts import PERMISSION, Cohort
from mdocs.orders import bulk
from students import jobs
from students.half_years import extension_target
from students.job_pages import JobAction
from students.job_undo import JobUndo
from students.models import Job, User

CONFIRM = "confirm"


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
    def skipped(self) -> int:
        """Number of mLegitymacje and orders that would be left out."""
        return sum(self.outcomes.values()) - self.to_confirm

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


def left_out(cohort: Cohort, by: User, day: date) -> Iterator[tuple[str, str, str]]:
    """Yield whom confirming a cohort would leave out: album number, name, and the reason in words."""
    students = cohort.students(by, day).order_by().values("pk")
    documents = confirmation.with_outcome(extension_target(day), day).filter(pk__in=students)
    rows = documents.exclude(outcome=CONFIRMED).order_by("outcome", "album_number", "pk")
    for album_number, last_name, first_names, outcome in rows.values_list(
        "album_number", "last_name", "first_names", "outcome"
    ):
        yield album_number or "–", f"{last_name} {first_names}", str(LABELS[outcome])


def confirm(cohort: Cohort, who: str, *, by: User) -> Job:
    """Start the confirmation of a cohort until what an extension of today reaches."""
    until = extension_target(timezone.localdate())
    title = _("Potwierdzenie do %(until)s: %(who)s") % {"until": date_format(until), "who": who}
    return jobs.start(CONFIRM, title, by=by, parameters={**cohort.parameters, "until": until.isoformat()})


def _count(job: Job) -> int:
    return Cohort.of_job(job).students(_clerk(job), timezone.localdate()).count()


def _step(job: Job) -> jobs.BatchResult:
    by, today = _clerk(job), timezone.localdate()
    UNDO.check_not_undone(job)
    if extension_target(today).isoformat() != job.parameters["until"]:
        raise jobs.JobFailed(_("Minął czas, na który zlecono to potwierdzenie. Zleć je od nowa."))
    students = Cohort.of_job(job).students(by, today).filter(pk__gt=job.cursor or 0).order_by("pk")
    batch = list(students.values_list("pk", flat=True)[: bulk.BATCH])
    confirmed = confirmation.confirm(batch, by=by, job=job)
    counts = {**confirmed.counts, "without": len(batch) - confirmed.counts.total()}
    return jobs.BatchResult(
        done=len(batch),
        counts={key: number for key, number in counts.items() if number},
        cursor=batch[-1] if len(batch) == bulk.BATCH else None,
        notes=confirmed.notes(LABELS),
    )


def _to_undo(job_id: int) -> QuerySet[Confirmation]:
    rest = Confirmation.objects.filter(job=job_id, undone_at__isnull=True).select_related("order")
    return rest.only("order__student_id", "order__album_number", "until", "previous_until").order_by("pk")


def _clerk(job: Job) -> User:
    """Return who started the job; raises JobFailed where that is not enough any more."""
    if not confirmation.is_manual():
        raise jobs.JobFailed(_("Według obowiązujących teraz ustawień studentów potwierdza sam portal."))
    by = job.started_by
    if by is None or not by.has_perm(PERMISSION):
        raise jobs.JobFailed(_("Kto zlecił to zadanie, nie ma już prawa potwierdzać wielu studentów naraz."))
    return by


UNDO = JobUndo(
    name="unconfirm",
    undoes=CONFIRM,
    rows=_to_undo,
    undo=confirmation.undo,
    user=_clerk,
    batch=bulk.BATCH,
    url="mdocs_office:undo_confirmation",
    label=gettext_lazy("Cofnij to potwierdzenie"),
    help=lambda job: _(
        "Można je cofnąć w całości przez dobę. To, co mDokumenty już przedłużyły, zostaje tam ważne do nowego terminu."
    ),
)


def undo(confirmed: Job, *, by: User) -> Job:
    """Start undoing a confirmation; a second call returns the job of the first. Raises JobFailed where it is too
    late."""
    return UNDO.start(confirmed, by=by)


def _actions(job: Job, user: User | AnonymousUser) -> list[JobAction]:
    return UNDO.actions(job, user) if user.has_perm(PERMISSION) and confirmation.is_manual() else []


KINDS = (
    jobs.JobType(
        CONFIRM,
        count=_count,
        step=_step,
        outcomes={**LABELS, "without": gettext_lazy("bez zamówienia i bez mLegitymacji")},
        actions=_actions,
    ),
    UNDO.job_type(),
)
