"""Ticks of the beat come where there is work, and now and then in any case."""

import pickle
from datetime import timedelta

import pytest
from celery import current_app
from celery.beat import ScheduleEntry, Scheduler
from django.db import DatabaseError, connection
from django.utils import timezone

from mdocs.models import Breaker
from mdocs.statuses import Reason, Status
from mlegitymacja_portal import due_work
from mlegitymacja_portal.beat_schedule import TICKS
from mlegitymacja_portal.due_work import AT_LEAST_EVERY, TickWithWork, tasks_with_work
from notifications.messages.models import EmailState, Message
from notifications.messages.notification_types import NotificationType
from students.models import Job
from tests.mdocs.factories import make_order, set_breaker
from tests.students.factories import make_student

pytestmark = pytest.mark.django_db


def test_without_work_nobody_is_woken() -> None:
    assert tasks_with_work() == set()


@pytest.mark.parametrize(
    ("status", "task"), [(Status.WAITING, "mdocs.send_due"), (Status.PROCESSING, "mdocs.poll_due")]
)
def test_an_order_that_is_due_wakes_its_lane(status: Status, task: str) -> None:
    soon = timezone.now() + timedelta(minutes=1)
    make_order(make_student(), status, next_attempt_at=soon)
    assert tasks_with_work() == set()
    make_order(make_student(), status)
    assert tasks_with_work() == {task}


def test_a_lane_that_is_to_be_probed_is_woken_without_an_order() -> None:
    set_breaker(Breaker.State.OPEN)
    assert tasks_with_work() == set()
    Breaker.objects.update(next_probe_at=timezone.now())
    assert tasks_with_work() == {"mdocs.send_due", "mdocs.poll_due"}


def test_events_messages_and_jobs_wake_their_own_task() -> None:
    order = make_order(make_student(), Status.CANCELLED)
    event = order.events.create(new=order.status, reason=Reason.CONFIRMED)
    Message.objects.create(
        student=order.student,
        order=order,
        event=event,
        kind=NotificationType.ENDED,
        email_state=EmailState.WAITING,
        email_due_at=timezone.now(),
    )
    Job.objects.create(kind="import", title="Import", started_by=order.student.user)
    assert tasks_with_work() == {
        "notifications.dispatch_events",
        "notifications.send_emails",
        "students.run_jobs",
    }


def test_every_ticking_task_is_looked_for() -> None:
    assert {task for task, _rows in due_work._work(timezone.now())} == set(TICKS), (
        "TICKS of beat_schedule.py and the rows of _work in due_work.py"
    )


def test_a_tick_is_sent_where_there_is_work_and_now_and_then_in_any_case() -> None:
    tick = pickle.loads(pickle.dumps(TickWithWork(0.01, "mdocs.send_due")))  # noqa: S301 -- as beat keeps it
    lately = timezone.now() - timedelta(seconds=1)
    assert not tick.is_due(lately).is_due
    assert tick.is_due(timezone.now() - AT_LEAST_EVERY).is_due
    make_order(make_student(), Status.WAITING)
    assert tick.is_due(lately).is_due


def test_while_the_database_cannot_be_asked_everybody_is_woken() -> None:
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")  # from here on this transaction answers nothing
    assert tasks_with_work() == set(TICKS)


def test_those_without_work_do_not_hold_up_who_has_some() -> None:
    sent: list[str | None] = []

    class Beat(Scheduler):
        """Celery's, which notes what it would send."""

        producer = None  # type: ignore[assignment]  # nothing is sent

        def apply_entry(self, entry: ScheduleEntry, producer: object = None) -> None:
            sent.append(entry.task)

    lately = timezone.now() - timedelta(seconds=2)
    entries = {
        task: ScheduleEntry(task, task, last_run_at=lately, schedule=TickWithWork(1.0, task), app=current_app)
        for task in TICKS
    }
    make_order(make_student(), Status.PROCESSING)
    beat = Beat(app=current_app, schedule=entries, lazy=True)
    due_work._look = due_work._Look()
    for _ in range(2 * len(TICKS)):
        beat.tick()
    assert sent == ["mdocs.poll_due"]
