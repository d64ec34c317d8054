"""Comparisons by themselves: when one begins, how long it takes at a time, and what it does while others are unwell."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from mdocs import mdokumenty as md
from mdocs import orders
from mdocs.engine import breaker, reconciliation, restores
from mdocs.engine.breaker import State
from mdocs.engine.references import Reference
from mdocs.models import Breaker, Order, OrderEvent, Reconciliation
from mdocs.querysets import Lane
from mdocs.statuses import Status
from students.models import Student
from students.redis_client import client as redis_client
from tests.mdocs.engine.scripted import ScriptedGateway, answer
from tests.mdocs.factories import make_order
from tests.students.factories import make_student

pytestmark = pytest.mark.django_db

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def references_file(settings: Any, tmp_path: Path) -> Path:
    """The place of the references file; there is none yet."""
    settings.REFERENCES_FILE = str(tmp_path / "references.log")
    redis_client(2.0).delete("mdocs:newest_event")
    return tmp_path / "references.log"


def unknown(ids: Sequence[str]) -> md.QueryAnswer:
    """Know none of these orders."""
    return answer(missing=ids)


def make_run(ago: timedelta) -> Reconciliation:
    """A run that began so long ago, and is over."""
    began = timezone.now() - ago
    return Reconciliation.objects.create(cause="weekly", started_at=began, finished_at=began)


@pytest.mark.parametrize(("ago", "number"), [(7 * DAY, 1), (7 * DAY + SECOND, 2)])
def test_one_begins_when_the_last_began_more_than_a_week_ago(
    time_machine: Any, ago: timedelta, number: int
) -> None:
    time_machine.move_to(timezone.now(), tick=False)
    make_run(ago)
    reconciliation.tick(ScriptedGateway(), timezone.now())
    assert Reconciliation.objects.exclude(finished_at=None).count() == number


def test_those_of_more_than_a_year_ago_are_deleted(time_machine: Any) -> None:
    time_machine.move_to(timezone.now(), tick=False)
    _gone, stays = make_run(365 * DAY + SECOND), make_run(365 * DAY)
    reconciliation.tick(ScriptedGateway(), timezone.now())
    assert Reconciliation.objects.count() == 2
    assert Reconciliation.objects.last() == stays


def test_an_open_one_is_given_up_for_that_of_a_restore(student: Student) -> None:
    lost = orders.place(student, by=student.user)
    restores.notice_restore()
    reconciliation.begin(Reconciliation.Cause.WEEKLY)
    OrderEvent.objects.filter(order=lost).delete()
    lost.delete()
    reconciliation.tick(ScriptedGateway(find=None), timezone.now())
    runs = Reconciliation.objects.values_list("cause", "finished_at", "asked")
    assert [cause for cause, finished_at, _asked in runs if finished_at] == ["restored", "weekly"]


def test_compared_is_what_lives_and_what_ended_in_the_last_ninety_days() -> None:
    now = timezone.now()
    lives, lately, _long_ago = (
        make_order(make_student(), status, status_changed_at=now - ago, created_at=now - ago)
        for status, ago in (
            (Status.COLLECTED, 200 * DAY),
            (Status.REVOKED, 90 * DAY - SECOND),
            (Status.REVOKED, 90 * DAY),
        )
    )
    assert set(reconciliation.to_compare(now)) == {lives, lately}


@pytest.mark.parametrize(("seconds", "number"), [(44, 101), (45, 100)])
def test_one_goes_on_for_three_quarters_of_a_minute_and_later_where_it_was(
    time_machine: Any, seconds: int, number: int
) -> None:
    time_machine.move_to(timezone.now(), tick=False)
    for _ in range(101):
        make_order(make_student(photo=None), Status.PROCESSING)
    asked = list[str]()

    def query(ids: Sequence[str]) -> md.QueryAnswer:
        asked.extend(ids)
        time_machine.shift(seconds)
        return answer()

    reconciliation.tick(ScriptedGateway(query=query), timezone.now())
    assert (Reconciliation.objects.get().finished_at, len(asked)) == (None, number)
    for _ in range(2):
        reconciliation.tick(ScriptedGateway(query=query), timezone.now())
    assert Reconciliation.objects.get().finished_at is not None
    assert len(asked) == len(set(asked)) == 101


def test_one_that_is_at_work_keeps_its_lease(student: Student) -> None:
    make_order(student, Status.PROCESSING)
    now = timezone.now()

    def find(_reference: object) -> None:
        assert not reconciliation.run(Reconciliation.objects.get(), ScriptedGateway(), clock=lambda: now)

    begun = reconciliation.begin(Reconciliation.Cause.WEEKLY)
    gateway, steps = ScriptedGateway(query=answer(), find=find), list[int]()
    lost = [Reference(uuid4())]
    assert reconciliation.run(begun, gateway, lost=lost, progress=steps.append, clock=lambda: now)
    assert (gateway.calls, steps) == (["query", "find"], [1, 1])


@pytest.mark.parametrize(
    ("error", "state", "failures"),
    [
        (md.RetryLater(), State.CLOSED, 1),
        (md.NotAccepted(md.Cause.OUR_CERTIFICATE_EXPIRED), State.NOT_ACCEPTED, 0),
        (md.ForeignRefusal(why="HTTP 403"), State.NOT_ACCEPTED, 0),
        (md.OurMistake("bad_request"), State.CLOSED, 0),
    ],
)
def test_one_that_gets_no_answer_waits_and_the_engine_knows(
    student: Student, caplog: pytest.LogCaptureFixture, error: md.MdokumentyError, state: str, failures: int
) -> None:
    make_order(student, Status.PROCESSING)
    caplog.set_level("INFO")
    reconciliation.tick(ScriptedGateway(query=error), timezone.now())
    assert "The comparison with mDokumenty waits until it is well" in caplog.messages
    lane, run = breaker.current(Lane.POLL), Reconciliation.objects.get()
    assert (lane.state, lane.failures) == (state, failures)
    assert (run.finished_at, run.leased_until, run.asked) == (None, None, 0)


@pytest.mark.parametrize("lane", Lane)
def test_nothing_is_asked_while_either_lane_waits(student: Student, lane: Lane) -> None:
    make_order(student, Status.PROCESSING)
    paused = Breaker.objects.filter(lane=lane)
    paused.update(state=State.OPEN, next_probe_at=timezone.now() + DAY)
    with pytest.raises(reconciliation.Paused):
        list(reconciliation.Comparison(ScriptedGateway()).of_orders())


def test_a_references_file_that_cannot_be_read_is_told_and_holds_up_no_orders(
    student: Student, references_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    references_file.mkdir()
    make_order(student, Status.PROCESSING)
    reconciliation.tick(ScriptedGateway(query=answer()), timezone.now())
    assert "The references file cannot be read: Is a directory" in caplog.messages
    assert Reconciliation.objects.get().asked == 1
    assert Order.objects.get().attention == ""
