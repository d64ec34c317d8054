"""Job that orders for many students at once (rules `pesel`).

The rules: docs/reference/domain.md, Two sets of rules.

A job of `students.jobs` goes through the students of a cohort. It keeps only so many orders waiting as the worker
passes on in a while: the orders of a cohort come after everybody else's, and stopping the job stops nearly at once.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mdocs.models import Order
from mdocs.orders import bulk
from students import jobs
from students.conditions import PESEL
from students.eligibility import ConditionState, Eligibility
from students.models import Enrolment, Job, Student, User
from students.models.people import StudentQuerySet

PERMISSION = "mdocs.order_cohort"
# Orders of cohorts that may wait for the worker at a time, and how long the job then rests.
MOST_WAITING = 2_000
REST = timedelta(seconds=5)


@dataclass(frozen=True)
class Cohort:
    """Choice of students: a faculty, a programme, or everybody."""

    faculty_id: int | None = None
    programme_id: int | None = None

    def students(self, by: User, day: date) -> StudentQuerySet:
        """Keep the students of the cohort within the faculties of `by`, on `day` at a level that gives a right."""
        studies = Enrolment.objects.current(day).entitling().filter(student=OuterRef("pk"))
        if self.faculty_id is not None:
            studies = studies.filter(programme__faculty=self.faculty_id)
        if self.programme_id is not None:
            studies = studies.filter(programme=self.programme_id)
        return Student.objects.in_scope(by).filter(Exists(studies))

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters of its job."""
        return {"faculty": self.faculty_id, "programme": self.programme_id}

    @classmethod
    def of_job(cls, job: Job) -> "Cohort":
        """Return the cohort that a job is about."""
        return cls(job.parameters["faculty"], job.parameters["programme"])


@dataclass(frozen=True)
class Preview:
    """Numbers of students in a cohort: to be ordered for, with a live order already, and without the right."""

    students: int
    to_order: int
    have_one: int

    @property
    def not_eligible(self) -> int:
        """Number that does not meet a condition, among those without a live order."""
        return self.students - self.to_order - self.have_one


def preview(cohort: Cohort, by: User, day: date) -> Preview:
    """Count what ordering for the cohort would come to: one query."""
    live = Exists(Order.objects.live().filter(student=OuterRef("pk")))
    counts = (
        cohort.students(by, day)
        .with_conditions(day)
        .annotate(has_one=live)
        .aggregate(
            students=Count("pk"),
            to_order=Count("pk", filter=Q(has_one=False, may_order=True)),
            have_one=Count("pk", filter=Q(has_one=True)),
        )
    )
    return Preview(**counts)


def order(cohort: Cohort, title: str, *, by: User) -> Job:
    """Put the job that orders for a cohort in line."""
    return jobs.start(KIND.name, title, by=by, parameters=cohort.parameters)


def available() -> bool:
    """Say whether the rules of this installation let the university order for its students."""
    return bool(settings.ELIGIBILITY_RULES == PESEL)


def _count(job: Job) -> int:
    return Cohort.of_job(job).students(_orderer(job), timezone.localdate()).count()


def _step(job: Job) -> jobs.BatchResult:
    by, after = _orderer(job), job.cursor or 0
    if Order.objects.low_priority_backlog() >= MOST_WAITING:
        return jobs.BatchResult(done=0, counts={}, cursor=after, pause=REST)
    today = timezone.localdate()
    rest = Cohort.of_job(job).students(by, today).filter(pk__gt=after).order_by("pk")
    batch = list(rest.values_list("pk", flat=True)[: bulk.BATCH])
    placed = bulk.place(batch, by=by)
    return jobs.BatchResult(
        done=len(batch),
        counts={
            "ordered": len(placed.orders),
            "has_one": placed.have_one,
            "not_eligible": len(placed.not_eligible),
        },
        cursor=batch[-1] if len(batch) == bulk.BATCH else None,
        notes=[
            jobs.ItemNote(student.album_number or "–", "not_eligible", _missing(eligibility))
            for student, eligibility in placed.not_eligible
        ],
    )


def _orderer(job: Job) -> User:
    """Return who started the job; raises JobFailed where that is not enough any more."""
    if not available():
        raise jobs.JobFailed(
            _("Zamawianie dla wielu studentów naraz dotyczy zasad „pesel”, a teraz obowiązują inne.")
        )
    by = job.started_by
    if by is None or not by.has_perm(PERMISSION):
        raise jobs.JobFailed(_("Kto zlecił to zadanie, nie ma już prawa zamawiać dla wielu studentów naraz."))
    return by


def _missing(eligibility: Eligibility) -> str:
    if not eligibility.level_allowed:
        return _("poziom studiów nie daje prawa do mLegitymacji")
    texts = [str(o.condition.text) for o in eligibility.outcomes if o.state is not ConditionState.MET]
    return _("niespełnione: %(conditions)s") % {"conditions": "; ".join(texts)}


KIND = jobs.JobType(
    name="cohort",
    count=_count,
    step=_step,
    outcomes={
        "ordered": gettext_lazy("złożono zamówienie"),
        "has_one": gettext_lazy("ma już zamówienie lub mLegitymację"),
        "not_eligible": gettext_lazy("nie spełnia warunków"),
    },
)
