"""Staff retry, end and write off orders: one by one and in bulk, and hear what was done and what was not."""

from typing import Any

import pytest
from django.test import Client

from mdocs.models import Order, OrderEvent
from mdocs.office import bulk_jobs
from mdocs.statuses import Reason, RevocationReason, Status
from students import jobs
from students.models import Faculty, Job, User
from students.roles import ADMINISTRATOR
from tests.mdocs.office.admin.office import ORDERS, act, address, order_at, said
from tests.students.factories import make_member

pytestmark = pytest.mark.django_db

DATA_CHANGED = {"reason": RevocationReason.HOLDER_DATA_CHANGED}
CONFIRMED = {"confirmed": "1", **DATA_CHANGED}


def state(order: Order) -> str:
    return str(Order.objects.values_list("status", flat=True).get(pk=order.pk))


def test_retry_wakes_an_order_that_waits_for_staff(office: Client, faculty: Faculty, officer: User) -> None:
    order = order_at(faculty, Status.PROCESSING, attention="our_mistake", next_attempt_at=None)
    response = office.post(address("retry", order))
    assert response["Location"] == address("change", order)
    assert said(response) == ["Zamówienie zostało ponowione: portal zajmie się nim za chwilę."]
    order.refresh_from_db()
    assert (order.attention, order.next_attempt_at is not None) == ("", True)
    assert order.events.get().actor == officer


@pytest.mark.parametrize(
    ("status", "fields", "then"),
    [
        (Status.WAITING, {}, Status.CANCELLED),
        (Status.PROCESSING, {}, Status.CANCELLING),
        (Status.READY, {}, Status.REVOKING),
        (Status.COLLECTED, {}, Status.REVOKING),
    ],
)
def test_ending_asks_for_the_reason_and_does_what_the_state_asks_for(
    office: Client, faculty: Faculty, status: Status, fields: dict[str, Any], then: Status
) -> None:
    order = order_at(faculty, status, **fields)
    question = office.get(address("end", order))
    assert question.status_code == 200
    assert "Tego nie można cofnąć" in question.content.decode()
    assert state(order) == status, "asking changes nothing"
    assert office.post(address("end", order), DATA_CHANGED).status_code == 302
    assert state(order) == then
    assert order.events.get().detail == "holder_data_changed"


@pytest.mark.parametrize("reason", ["", "because"])
def test_without_a_reason_nothing_is_ended(office: Client, faculty: Faculty, reason: str) -> None:
    order = order_at(faculty)
    for response in (
        office.post(address("end", order), {"reason": reason}),
        act(office, "end_chosen", order, confirmed="1", reason=reason),
    ):
        assert response.status_code == 400
        assert "Wybierz powód" in response.content.decode()
    assert state(order) == Status.READY


@pytest.mark.parametrize("status", [Status.REVOKING, Status.REVOKED])
def test_what_the_state_excludes_is_a_conflict_and_changes_nothing(
    office: Client, faculty: Faculty, status: Status
) -> None:
    order = order_at(faculty, status)
    response = office.post(address("end", order), DATA_CHANGED)
    assert response.status_code == 409
    assert f"zamówienie ma teraz stan „{status.label}”" in response.content.decode()
    assert (state(order), OrderEvent.objects.count()) == (status, 0)


def test_an_administrator_writes_off_what_mdokumenty_does_not_know(client: Client, faculty: Faculty) -> None:
    client.force_login(make_member(ADMINISTRATOR))
    order = order_at(faculty, Status.COLLECTED, attention="unknown_there")
    assert "Czy ministerstwo potwierdziło" in client.get(address("write_off", order)).content.decode()
    assert state(order) == Status.COLLECTED
    assert client.post(address("write_off", order)).status_code == 302
    assert state(order) == Status.REVOKED
    page = client.get(address("change", order)).content.decode()
    assert "pracownik uczelni zamknął zamówienie, którego mDokumenty nie znają" in page


def test_chosen_orders_are_retried_and_those_that_are_over_are_told(office: Client, faculty: Faculty) -> None:
    stuck = [order_at(faculty, Status.PROCESSING, attention="our_mistake") for _ in range(2)]
    over = order_at(faculty, Status.EXPIRED)
    response = act(office, "retry_chosen", *stuck, over)
    assert said(response) == [
        "Zrobione: 2.",
        "Pominięte, bo ich stan na to nie pozwala: 1 (kod wygasł: 1). Nie zostały zmienione.",
    ]
    assert set(OrderEvent.objects.values_list("order", "reason")) == {(o.pk, Reason.RETRIED) for o in stuck}


def test_chosen_orders_are_ended_after_a_page_that_asks_why(office: Client, faculty: Faculty) -> None:
    chosen = [order_at(faculty, status) for status in (Status.WAITING, Status.READY, Status.REVOKED)]
    question = act(office, "end_chosen", *chosen)
    assert question.status_code == 200
    assert "Wybrane zamówienia: 3" in question.content.decode()
    assert all(str(order.student) in question.content.decode() for order in chosen), (
        "by name, before it happens"
    )
    assert [state(order) for order in chosen] == ["waiting", "ready", "revoked"]
    hidden = question.context["hidden"]
    response = office.post(ORDERS, {**_form(hidden), **DATA_CHANGED})
    assert said(response)[0] == "Zrobione: 2."
    assert [state(order) for order in chosen] == ["cancelled", "revoking", "revoked"]


def _form(pairs: list[tuple[str, Any]]) -> dict[str, list[str]]:
    form: dict[str, list[str]] = {}
    for name, value in pairs:
        form.setdefault(name, []).append(str(value))
    return form


def test_foreign_orders_among_the_chosen_are_left_as_they_are(
    office: Client, faculty: Faculty, elsewhere: Faculty
) -> None:
    own, foreign = order_at(faculty), order_at(elsewhere)
    act(office, "end_chosen", own, foreign, **CONFIRMED)
    act(office, "end_chosen", foreign, **CONFIRMED)
    act(office, "end_chosen", select_across="1", **CONFIRMED)
    act(office, "retry_chosen", foreign)
    assert state(own) == Status.REVOKING
    assert state(foreign) == Status.READY
    assert not foreign.events.exists()


@pytest.fixture
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have more than two orders done in the background, two at a time."""
    monkeypatch.setattr(bulk_jobs, "AT_ONCE", 2)
    monkeypatch.setattr(bulk_jobs, "BATCH", 2)


def test_all_that_a_filter_shows_is_done_in_the_background(
    few_at_once: None, office: Client, faculty: Faculty, elsewhere: Faculty, officer: User
) -> None:
    ready = [order_at(faculty, Status.READY) for _ in range(5)]
    waiting, foreign = order_at(faculty, Status.WAITING), order_at(elsewhere, Status.READY)
    response = act(
        office, "end_chosen", ready[0], query="?status__exact=ready", select_across="1", **CONFIRMED
    )
    job = Job.objects.get()
    assert response["Location"] == job.get_absolute_url()
    late = order_at(faculty, Status.READY)  # matches the filter, but was not there when it was decided
    jobs.run_due()
    job.refresh_from_db()
    assert (job.state, job.done, job.counts) == (Job.State.DONE, 5, {"done": 5})
    assert {state(order) for order in ready} == {Status.REVOKING}
    assert {state(order) for order in (foreign, late)} == {Status.READY}
    assert state(waiting) == Status.WAITING
    assert {event.actor for event in OrderEvent.objects.all()} == {officer}
    page = office.get(job.get_absolute_url()).content.decode()
    assert "zrobione" in page


def test_the_background_says_what_it_left_out_and_why(
    few_at_once: None, office: Client, faculty: Faculty, officer: User
) -> None:
    chosen = [order_at(faculty, status) for status in (Status.READY, Status.REVOKED, Status.WAITING)]
    lost = order_at(faculty)
    act(office, "end_chosen", *chosen, lost, **CONFIRMED)
    lost.student.enrolments.all().delete()  # the student leaves the clerk's sight before the work is done
    jobs.run_due()
    job = Job.objects.get()
    assert job.counts == {"done": 2, "not_allowed": 1, "not_seen": 1}
    note = job.notes.get()
    assert (note.subject, note.detail) == (chosen[1].album_number, "unieważniona")
    assert state(lost) == Status.READY


def test_one_wake_up_is_enough_for_many_orders(
    office: Client, faculty: Faculty, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    sent: list[str] = []
    monkeypatch.setattr("mdocs.wakeup.current_app.send_task", lambda name, **options: sent.append(name))
    chosen = [order_at(faculty) for _ in range(3)]
    with django_capture_on_commit_callbacks(execute=True):
        act(office, "end_chosen", *chosen, **CONFIRMED)
    assert sent == ["mdocs.send_due"]
