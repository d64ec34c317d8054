"""Work for a whole university: a history of many years, the extension of all cards, orders for everybody at once."""

from datetime import timedelta

from django.utils import timezone

from mdocs.engine import restores
from mdocs.models import Order, Reconciliation
from mdocs.office import cohorts
from script.lib.console import say
from script.lib.costs import lists
from script.lib.loads.backlog import forget
from script.lib.statement_costs import costs
from students import jobs
from students.extension_jobs import extend_group
from students.half_years import next_half_year_end
from students.models import Faculty, Job, Student, StudentCard, User

_LONG = timedelta(hours=3)


def grow(students: int, orders: int, spare: int) -> None:
    """Make the database as large as that of many years; the last `spare` of today's students have no order yet."""
    forget()  # else the copies of those that are under way are due as well
    say(f"Making {students} students and {orders} past orders")
    those = Student.objects.count()
    # That the orders before are gone is no restored backup, and mDokumenty cannot agree to what is made up here.
    restores.notice_restore()
    now = timezone.now()
    Reconciliation.objects.update(finished_at=now, leased_until=None)
    Reconciliation.objects.create(cause=Reconciliation.Cause.WEEKLY, finished_at=now)
    lists.grow(students, max(round(orders / students * those / (those - spare)), 1), spare)
    say(f"  {Student.objects.count()} students and {Order.objects.count()} orders")


def measure_bulk(count: int) -> None:
    """Extend the cards of everybody as the dean's office does, then order for everybody, both without workers."""
    by = User.objects.create_superuser("bench-office")
    until = next_half_year_end(timezone.localdate())
    for preview in (True, False):
        what = "Preview of extending" if preview else "Extending"
        started = [extend_group(faculty, until, by=by, preview=preview) for faculty in Faculty.objects.all()]
        with costs(f"{what} the cards of {count} students, a faculty at a time"):
            _carry_out(started)
    extended = StudentCard.objects.filter(valid_until=until).count()
    assert extended, "no card was extended"  # noqa: S101 -- else the figure means nothing
    with costs(f"Preview of ordering for a cohort of {count}"):
        preview_ = cohorts.preview(cohorts.Cohort(), by, timezone.localdate())
    # There are no workers who carry out what waits, for which the job would rest.
    cohorts.MOST_WAITING = 10 * count
    started = [cohorts.order(cohorts.Cohort(), "measured", by=by)]
    with costs(f"Ordering for a cohort of {count}"):
        _carry_out(started)
    placed = Order.objects.count()
    assert placed == preview_.to_order >= count, (placed, preview_)  # noqa: S101
    say(f"  {extended} cards extended, {placed} orders placed")


def _carry_out(started: list[Job]) -> None:
    jobs.run_due(budget=_LONG)
    for job in started:
        job.refresh_from_db()
        assert job.state == Job.State.DONE, job.failure  # noqa: S101 -- else the figure means nothing
