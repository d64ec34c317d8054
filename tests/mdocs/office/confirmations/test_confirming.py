"""Who goes on studying is confirmed cohort by cohort, which extends their documents; a job of it can be undone."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mdocs.entitlement import confirmation
from mdocs.mdokumenty import RemoteStatus
from mdocs.models import Confirmation, Order
from mdocs.office import confirmations
from mdocs.office.cohorts import Cohort
from mdocs.orders import bulk
from mdocs.querysets import Lane, Priority
from mdocs.statuses import Reason, Status
from mdocs.tasks import sweep_entitlement
from students import jobs
from students.models import Faculty, Job, Student, User
from students.roles import ADMINISTRATOR, CLERK
from tests.mdocs.engine.scripted import ScriptedGateway, remote
from tests.mdocs.engine.worker import Worker, fresh
from tests.mdocs.factories import make_order
from tests.students.factories import make_enrolment, make_member, make_programme, make_student

pytestmark = pytest.mark.django_db
LAST, NEXT = date(2026, 10, 31), date(2027, 3, 31)
PAGE = reverse("mdocs_office:confirm")


@pytest.fixture(autouse=True)
def clock(time_machine: Any, settings: Any) -> None:
    settings.ELIGIBILITY_RULES, settings.AUTOMATIC_CONFIRMATION = "pesel", False
    time_machine.move_to(datetime(2026, 10, 5, 8, tzinfo=UTC), tick=False)


@pytest.fixture
def administrator() -> User:
    return make_member(ADMINISTRATOR)


@pytest.fixture
def faculty() -> Faculty:
    return make_programme().faculty


def holder(faculty: Faculty, **studies: Any) -> Order:
    student = make_student()
    make_enrolment(
        student, programme=make_programme(faculty=faculty), **{"started_on": date(2025, 10, 1)} | studies
    )
    return make_order(student, Status.COLLECTED, valid_until=LAST, confirmed_until=LAST)


def run(cohort: Cohort, by: User) -> Job:
    job = confirmations.confirm(cohort, "studenci", by=by)
    jobs.run_due()
    job.refresh_from_db()
    assert job.state == Job.State.DONE, job.failure
    return job


def test_those_who_go_on_are_extended_and_the_others_named(administrator: User, faculty: Faculty) -> None:
    goes_on, late = holder(faculty), holder(faculty, ended_on=date(2026, 9, 30))
    graduate = holder(faculty, status="graduated", ended_on=date(2026, 7, 5))
    Student.objects.filter(pk=graduate.student_id).update(album_number="700100")
    another_person = holder(faculty)
    Order.objects.filter(pk=another_person.pk).update(holder_fingerprint="of the PESEL of then")
    Student.objects.filter(pk=another_person.student_id).update(album_number="700200")
    elsewhere = holder(make_programme().faculty)
    bare = make_student()
    make_enrolment(bare, programme=make_programme(faculty=faculty), started_on=date(2025, 10, 1))
    found = confirmations.preview(Cohort(faculty_id=faculty.pk), administrator, date(2026, 10, 5))
    assert (found.until, found.to_confirm, found.without_document) == (NEXT, 2, 1)
    assert found.outcomes == {"confirmed": 2, "ends_earlier": 1, "not_entitled": 1}
    job = run(Cohort(faculty_id=faculty.pk), administrator)
    assert job.counts == {"confirmed": 2, "ends_earlier": 1, "not_entitled": 1, "without": 1}
    notes = [(note.subject, note.outcome) for note in job.notes.all()]
    assert notes == [("700100", "ends_earlier"), ("700200", "not_entitled")]
    for order in (goes_on, late):
        assert (fresh(order).extend_to, fresh(order).confirmed_until) == (NEXT, NEXT)
        event = order.events.get(reason=Reason.EXTENSION_ASKED)
        assert (event.actor, event.detail) == (administrator, NEXT.isoformat())
    for order in (graduate, another_person, elsewhere):
        assert (fresh(order).extend_to, fresh(order).confirmed_until) == (None, LAST)
    again = run(Cohort(faculty_id=faculty.pk), administrator)
    assert again.counts == {"already": 2, "ends_earlier": 1, "not_entitled": 1, "without": 1}


def test_who_is_not_confirmed_loses_theirs_on_the_old_date_and_who_is_does_not(
    administrator: User, faculty: Faculty
) -> None:
    confirmed, forgotten = holder(faculty), holder(make_programme().faculty)
    run(Cohort(faculty_id=faculty.pk), administrator)
    with time_machine.travel(datetime(2026, 10, 31, 23, tzinfo=UTC), tick=False):
        sweep_entitlement()
    assert (fresh(confirmed).status, fresh(confirmed).extend_to) == (Status.COLLECTED, NEXT)
    assert fresh(forgotten).status == Status.LAPSED


@pytest.mark.parametrize("automatic", [True, False])
def test_the_portal_confirms_everybody_by_itself_where_the_setting_says_so(
    settings: Any, faculty: Faculty, automatic: bool
) -> None:
    settings.AUTOMATIC_CONFIRMATION = automatic
    goes_on = holder(faculty)
    struck_off = holder(faculty, status="struck_off", ended_on=date(2026, 12, 16))
    with time_machine.travel(datetime(2026, 9, 30, 12, tzinfo=UTC), tick=False):
        sweep_entitlement()
    assert fresh(goes_on).extend_to is None, "not before 1 October"
    sweep_entitlement()
    assert fresh(goes_on).extend_to == (NEXT if automatic else None)
    assert fresh(struck_off).extend_to == (date(2026, 12, 15) if automatic else None)


def test_a_job_is_undone_as_a_whole_as_far_as_it_has_not_come_about(
    administrator: User, faculty: Faculty
) -> None:
    waits, extended, over = (holder(faculty) for _ in range(3))
    job = run(Cohort(faculty_id=faculty.pk), administrator)
    answer = remote(extended, RemoteStatus.COLLECTED, valid_until=NEXT)
    Order.objects.exclude(pk=extended.pk).update(next_attempt_at=datetime(2030, 1, 1, tzinfo=UTC))
    Worker(ScriptedGateway(extend=answer), now=datetime(2026, 10, 5, 9, tzinfo=UTC)).send()
    assert fresh(extended).valid_until == NEXT
    Order.objects.filter(pk=over.pk).update(
        status=Status.REVOKED, revocation_reason="holder_request", next_attempt_at=None,
        extend_to=None, extension_asked_at=None,
    )  # fmt: skip
    (action,) = jobs.actions_of(job, administrator)
    assert action.url == reverse("mdocs_office:undo_confirmation", args=[job.pk])
    undoing = confirmations.undo(job, by=administrator)
    assert confirmations.undo(job, by=administrator) == undoing
    jobs.run_due()
    undoing.refresh_from_db()
    assert undoing.counts == {"undone": 1, "extended_there": 1, "changed": 1}
    assert (fresh(waits).extend_to, fresh(waits).confirmed_until) == (None, LAST)
    assert (fresh(extended).valid_until, fresh(extended).confirmed_until) == (NEXT, LAST)
    assert waits.events.last().reason == Reason.EXTENSION_WITHDRAWN  # type: ignore[union-attr]
    assert not jobs.actions_of(job, administrator)
    run(Cohort(faculty_id=faculty.pk), administrator)
    assert fresh(waits).extend_to == NEXT


def test_a_confirmation_cannot_be_undone_after_a_day(administrator: User, faculty: Faculty) -> None:
    holder(faculty)
    job = run(Cohort(faculty_id=faculty.pk), administrator)
    Job.objects.update(finished_at=datetime(2026, 10, 4, 7, tzinfo=UTC))
    job.refresh_from_db()
    assert not jobs.actions_of(job, administrator)
    with pytest.raises(jobs.JobFailed, match="nie można już cofnąć"):
        confirmations.undo(job, by=administrator)


def test_it_stops_when_asked_to_and_goes_on_where_it_was(
    administrator: User, faculty: Faculty, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "BATCH", 1)
    for _ in range(3):
        holder(faculty)
    job = confirmations.confirm(Cohort(), "wszyscy", by=administrator)
    real = confirmation.confirm

    def stopped_meanwhile(*args: Any, **options: Any) -> Any:
        jobs.stop(job)
        return real(*args, **options)

    monkeypatch.setattr(confirmation, "confirm", stopped_meanwhile)
    jobs.run_due()
    monkeypatch.setattr(confirmation, "confirm", real)
    job.refresh_from_db()
    assert (job.state, job.done, Confirmation.objects.count()) == (Job.State.STOPPED, 1, 1)
    jobs.resume(job)
    jobs.run_due()
    job.refresh_from_db()
    assert (job.state, job.done, Confirmation.objects.count()) == (Job.State.DONE, 3, 3)


def test_a_confirmation_that_was_undone_does_not_go_on(administrator: User, faculty: Faculty) -> None:
    order, later = holder(faculty), holder(faculty)
    job = run(Cohort(faculty_id=faculty.pk), administrator)
    Job.objects.filter(pk=job.pk).update(state=Job.State.STOPPED, cursor=order.student_id)
    Confirmation.objects.filter(order=later).delete()
    job.refresh_from_db()
    confirmations.undo(job, by=administrator)
    assert jobs.resume(job)
    jobs.run_due()
    job.refresh_from_db()
    assert job.failure == "To zadanie zostało cofnięte."
    assert not Confirmation.objects.filter(undone_at=None).exists()


def test_more_students_cost_no_more_queries(administrator: User, faculty: Faculty) -> None:
    def cost(count: int) -> int:
        students = [holder(faculty).student_id for _ in range(count)]
        with CaptureQueriesContext(connection) as queries:
            assert confirmation.confirm(students, by=administrator).counts == {"confirmed": count}
        return len(queries)

    cost(1)
    few = cost(2)
    assert cost(6) == few <= 10


def test_extensions_of_a_cohort_let_others_go_first(administrator: User, faculty: Faculty) -> None:
    order = holder(faculty)
    run(Cohort(), administrator)
    assert fresh(order).priority == Priority.SEND_LOW
    click = make_order(make_student(), Status.WAITING, next_attempt_at=datetime(2026, 10, 5, 8, tzinfo=UTC))
    later = datetime(2026, 10, 5, 9, tzinfo=UTC)
    assert list(Order.objects.due(Lane.SEND, later)) == [click, fresh(order)]


def test_the_page_says_until_when_and_whom_it_concerns_before_anything_happens(
    client: Client, administrator: User, faculty: Faculty
) -> None:
    order = holder(faculty)
    client.force_login(administrator)
    page = client.get(PAGE, {"cohort": f"faculty-{faculty.pk}"})
    assert page.context["preview"].to_confirm == 1
    assert "Potwierdź do 31 marca 2027" in page.content.decode()
    assert fresh(order).extend_to is None
    started = client.post(PAGE, {"cohort": f"faculty-{faculty.pk}"}, follow=True)
    assert started.status_code == 200
    jobs.run_due()
    assert fresh(order).extend_to == NEXT
    job = Job.objects.get()
    progress = client.get(job.get_absolute_url()).content.decode()
    assert "Cofnij to potwierdzenie" in progress
    client.post(reverse("mdocs_office:undo_confirmation", args=[job.pk]))
    jobs.run_due()
    assert fresh(order).extend_to is None


def test_whom_it_would_leave_out_and_why_can_be_taken_away_before_it_starts(
    client: Client, administrator: User, faculty: Faculty
) -> None:
    holder(faculty)
    graduate = holder(faculty, status="graduated", ended_on=date(2026, 7, 5))
    client.force_login(administrator)
    cohort = {"cohort": f"faculty-{faculty.pk}"}
    assert "Pobierz listę pominiętych" in client.get(PAGE, cohort).content.decode()
    table = b"".join(client.get(PAGE, cohort | {"format": "csv"})).decode()
    assert table.count("\n") == 2
    number = graduate.student.album_number
    assert f"{number};" in table and "prawa studenta kończą się wcześniej" in table


def test_it_is_for_those_who_may_order_for_cohorts_and_where_nobody_else_confirms(
    client: Client, administrator: User, settings: Any
) -> None:
    client.force_login(make_member(CLERK, make_programme().faculty))
    assert client.get(PAGE).status_code == 403
    client.force_login(administrator)
    assert client.get(PAGE).status_code == 200
    settings.AUTOMATIC_CONFIRMATION = True
    refused = client.get(PAGE)
    assert refused.status_code == 403
    assert "nikt nie potwierdza studentów ręcznie" in refused.content.decode()


def test_a_job_that_the_half_year_has_overtaken_confirms_nobody(
    administrator: User, faculty: Faculty
) -> None:
    order = holder(faculty)
    job = confirmations.confirm(Cohort(), "wszyscy", by=administrator)
    with time_machine.travel(datetime(2027, 3, 1, 12, tzinfo=UTC) + timedelta(hours=1), tick=False):
        jobs.run_due()
    job.refresh_from_db()
    assert (job.state, fresh(order).confirmed_until) == (Job.State.FAILED, LAST)


def test_codes_that_end_in_days_are_replaced_when_their_student_is_confirmed(
    faculty: Faculty, administrator: User, time_machine: Any, django_capture_on_commit_callbacks: Any
) -> None:
    time_machine.move_to(datetime(2026, 10, 30, 8, tzinfo=UTC), tick=False)
    order = holder(faculty)
    order.delete()
    order = make_order(order.student, Status.READY, valid_until=LAST, confirmed_until=LAST)
    with django_capture_on_commit_callbacks(execute=True):
        confirmation.confirm([order.student_id], by=administrator)
    assert (fresh(order).status, fresh(order).revocation_reason) == (Status.REVOKING, "replaced")
