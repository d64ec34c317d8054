"""Present studies of a student, by which the office tells namesakes apart."""

from django.db.models import Case, Prefetch, Value, When

from students.models import Enrolment, Student
from students.models.studies import ONGOING_STATUSES


def with_studies() -> Prefetch[str]:
    """Return the prefetch of a student's studies with programme and faculty, those that go on first."""
    ongoing_first = Case(When(status__in=ONGOING_STATUSES, then=Value(0)), default=Value(1))
    studies = Enrolment.objects.select_related("programme__faculty")
    return Prefetch("enrolments", studies.order_by(ongoing_first, "-started_on", "-pk"))


def present_studies(student: Student) -> Enrolment | None:
    """Return the first of a student's studies, fetched by `with_studies`; None without any."""
    return next(iter(student.enrolments.all()), None)
