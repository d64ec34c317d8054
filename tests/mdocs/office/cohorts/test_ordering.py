"""A cohort is ordered for in the background: each student who has the right gets one order, and waits for nobody."""

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.utils import timezone

from mdocs import orders
from mdocs.models import Order
from mdocs.office import cohorts
from mdocs.office.cohorts import Cohort
from mdocs.orders import bulk
from mdocs.querysets import Lane, Priority
from mdocs.statuses import Status
from students import jobs
from students.models import Faculty, Job, Level, Student, User
from students.roles import ADMINISTRATOR
from tests.mdocs.engine.worker import Worker, fresh
from tests.mdocs.factories import make_order
from tests.mdocs.page.conftest import PAGE
from tests.mdocs.sandbox_process import Sandbox
from tests.students.factories import make_clerk, make_enrolment, make_member, make_programme, make_student

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rules_of_2025(settings: Any) -> None:
    settings.ELIGIBILITY_RULES = "pesel"


@pytest.fixture
def faculty(db: None) -> Faculty:
    return Faculty.objects.create(code="WF", name="Wydział Filozoficzny", name_en="Philosophy")


@pytest.fixture
def administrator(db: None) -> User:
    return make_member(ADMINISTRATOR)


@pytest.fixture
def enrol(faculty: Faculty) -> Callable[..., Student]:
    programme = make_programme(faculty=faculty)

    def new(level: str = Level.FIRST_CYCLE, **fields: Any) -> Student:
        student = make_student(**fields)
        studies = programme if level == Level.FIRST_CYCLE else make_programme(level, faculty=faculty)
        make_enrolment(student, programme=studies)
        return student

    return new


def run(cohort: Cohort, by: User) -> Job:
    job = cohorts.order(cohort, "Zamówienia", by=by)
    jobs.run_due()
    job.refresh_from_db()
    return job


def test_everybody_with_the_right_and_no_live_order_gets_one(
    enrol: Callable[..., Student], faculty: Faculty, administrator: User
) -> None:
    first, again, live, no_photo = enrol(), enrol(), enrol(), enrol(photo=None)
    doctoral, elsewhere = enrol(Level.DOCTORAL), make_student()
    make_enrolment(elsewhere)
    make_order(again, Status.REVOKED)
    make_order(live, Status.COLLECTED)
    cohort = Cohort(faculty_id=faculty.pk)
    counted = cohorts.preview(cohort, administrator, timezone.localdate())
    assert (counted.students, counted.to_order, counted.have_one, counted.not_eligible) == (4, 2, 1, 1)
    job = run(cohort, administrator)
    assert (job.state, job.done, job.total) == (Job.State.DONE, 4, 4)
    assert job.counts == {"ordered": 2, "has_one": 1, "not_eligible": 1}
    (note,) = job.notes.all()
    assert (note.subject, note.outcome) == (no_photo.album_number, "not_eligible")
    assert note.detail == "niespełnione: Masz zdjęcie w USOS"
    waiting = Order.objects.filter(status=Status.WAITING)
    assert {order.student for order in waiting} == {first, again}
    assert {order.priority for order in waiting} == {Priority.SEND_LOW}
    event = fresh(waiting[0]).events.get()
    assert (event.reason, event.actor, event.old) == ("ordered_for_cohort", administrator, "")
    assert not Order.objects.filter(student__in=[doctoral, elsewhere]).exists()
    assert run(cohort, administrator).counts == {"ordered": 0, "has_one": 3, "not_eligible": 1}


def test_an_order_for_many_is_the_same_as_one_that_the_student_places(
    enrol: Callable[..., Student], administrator: User
) -> None:
    def frozen(order: Order) -> dict[str, Any]:
        fields = ("album_number", "card_number", "holder_fingerprint", "photo_id", "valid_until", "status")
        return {"holder": fresh(order).holder, **{name: getattr(fresh(order), name) for name in fields}}

    student = enrol()
    own = orders.place(student, by=student.user)
    as_placed = frozen(own)
    orders.cancel(own, by=student.user)
    run(Cohort(), administrator)
    assert frozen(student.orders.get(status=Status.WAITING)) == as_placed


def test_a_document_ordered_for_many_reaches_the_student(
    enrol: Callable[..., Student], administrator: User, sandbox: Sandbox, worker: Worker
) -> None:
    student = enrol()
    run(Cohort(), administrator)
    worker.until(lambda: student.orders.get().status == Status.READY)
    assert [document["status"] for document in sandbox.orders()] == ["ready"]


def test_a_clerk_orders_only_within_the_own_faculties(
    enrol: Callable[..., Student], faculty: Faculty
) -> None:
    own, foreign = enrol(), make_student()
    make_enrolment(foreign)
    clerk = make_clerk("mdocs.order_cohort", faculties=[faculty])
    assert run(Cohort(), clerk).counts["ordered"] == 1
    assert [order.student for order in Order.objects.all()] == [own]


def test_a_programme_is_a_cohort_too(enrol: Callable[..., Student], administrator: User) -> None:
    student, _other = enrol(), enrol(Level.SECOND_CYCLE)
    run(Cohort(programme_id=student.enrolments.get().programme_id), administrator)
    assert [order.student for order in Order.objects.all()] == [student]


def test_the_job_rests_while_too_many_orders_wait_and_goes_on_in_batches(
    enrol: Callable[..., Student], administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "BATCH", 2)
    monkeypatch.setattr(cohorts, "MOST_WAITING", 2)
    for _ in range(3):
        enrol()
    job = run(Cohort(), administrator)
    assert (job.state, job.done, job.total) == (Job.State.RUNNING, 2, 3)
    assert jobs.run_due() == 0, "it rests"
    Order.objects.update(low_priority=False)
    Job.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    jobs.run_due()
    job.refresh_from_db()
    assert (job.state, job.done, Order.objects.count()) == (Job.State.DONE, 3, 3)


def test_stopping_keeps_what_was_ordered_and_resuming_does_the_rest(
    enrol: Callable[..., Student], administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "BATCH", 1)
    enrol(), enrol()
    job = cohorts.order(Cohort(), "Zamówienia", by=administrator)
    seconds = count()
    jobs.run_due(budget=timedelta(seconds=3), clock=lambda: timezone.now() + timedelta(seconds=next(seconds)))
    jobs.stop(job)
    Job.objects.update(leased_until=timezone.now())  # back from the seconds that were put on
    jobs.run_due()
    job.refresh_from_db()
    assert (job.state, Order.objects.count()) == (Job.State.STOPPED, 1)
    jobs.resume(job)
    jobs.run_due()
    job.refresh_from_db()
    assert (job.state, Order.objects.count(), job.counts["ordered"]) == (Job.State.DONE, 2, 2)


def test_who_has_lost_the_right_to_order_for_many_does_not_go_on(
    enrol: Callable[..., Student], administrator: User
) -> None:
    enrol()
    job = cohorts.order(Cohort(), "Zamówienia", by=administrator)
    administrator.groups.clear()
    jobs.run_due()
    job.refresh_from_db()
    assert (job.state, Order.objects.count()) == (Job.State.FAILED, 0)
    assert "nie ma już prawa" in job.failure


def test_under_the_manuals_rules_nothing_is_ordered(
    enrol: Callable[..., Student], administrator: User, settings: Any
) -> None:
    enrol()
    settings.ELIGIBILITY_RULES = "els"
    job = run(Cohort(), administrator)
    assert (job.state, Order.objects.count()) == (Job.State.FAILED, 0)


def test_a_student_who_clicks_goes_before_a_cohort_that_has_waited_for_longer(
    enrol: Callable[..., Student], administrator: User
) -> None:
    enrol(), enrol()
    run(Cohort(), administrator)
    Order.objects.update(next_attempt_at=timezone.now() - timedelta(hours=1))
    click = orders.place(enrol(), by=None)
    assert Order.objects.due(Lane.SEND, timezone.now()).first() == click


@pytest.mark.parametrize("status", [Status.WAITING, Status.PROCESSING, Status.READY, Status.REVOKING])
def test_an_order_whose_student_looks_at_it_is_routine_no_longer(
    enrol: Callable[..., Student], client: Any, status: Status
) -> None:
    student = enrol()
    order = make_order(student, status, low_priority=True)
    lane = Priority.SEND if status in {Status.WAITING, Status.REVOKING} else Priority.POLL
    assert fresh(order).priority == lane + 1
    client.force_login(student.user)
    assert client.get(PAGE).status_code == 200
    assert fresh(order).priority == lane


def test_more_students_cost_no_more_queries(
    enrol: Callable[..., Student], administrator: User, django_assert_max_num_queries: Any
) -> None:
    students = [enrol().pk for _ in range(8)]
    with django_assert_max_num_queries(8):
        bulk.place(students, by=administrator)
    assert Order.objects.count() == 8
