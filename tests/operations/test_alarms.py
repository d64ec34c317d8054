"""Alarms: one for a kind and subject, told once when it begins and once when it is gone."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.db.models import F
from django.test import Client
from django.utils import timezone

from mdocs.entitlement import brake
from mdocs.models import Breaker
from operations import watch
from operations.alarm_kinds import Kind
from operations.models import Alarm, AlarmSubscription, Sign, Watch
from students.models import PeriodicTask
from students.roles import ADMINISTRATOR, CLERK
from tests.notifications.messages.mail_server import MailServer
from tests.operations.signs import FRESH, make_well, sign
from tests.students.factories import make_member

MINUTE = timedelta(minutes=1)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("well")]


@pytest.fixture
def lose() -> Callable[[str], None]:
    """Have the worker of a queue be away."""

    def lose_queue(queue: str) -> None:
        Sign.objects.filter(queue=queue).update(seen_at=timezone.now() - MINUTE)

    return lose_queue


def opened() -> list[tuple[str, str, str]]:
    return list(Alarm.objects.open().order_by("subject").values_list("kind", "status", "subject"))


def test_all_well_is_no_alarm(now: datetime, mailoutbox: list[EmailMessage]) -> None:
    assert watch.run(now).is_well
    assert (opened(), mailoutbox) == ([], [])


def test_one_lane_that_is_away_is_told_from_beat_that_is(now: datetime, lose: Callable[[str], None]) -> None:
    lose("send")
    watch.run(now)
    assert opened() == [("workers", "not seen", "send")]
    make_well()
    Sign.objects.filter(role="beat").delete()
    Sign.objects.update(worked_at=now - MINUTE)  # nobody wakes them
    Alarm.objects.all().delete()
    watch.run(now)
    assert opened() == [("beat", "not seen", "")]


def test_a_check_that_fails_keeps_back_no_other_alarm(
    now: datetime, lose: Callable[[str], None], settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.MDOKUMENTY_CERTIFICATE = 1  # no path: nothing that the check could foresee
    lose("send")
    watch.run(now)
    assert opened() == [("workers", "not seen", "send")]
    assert "the check certificate failed: " in caplog.text


def test_a_lane_that_hangs_and_one_that_takes_nothing(now: datetime) -> None:
    Sign.objects.filter(queue="poll").update(
        busy_since=F("own_clock") - 3 * MINUTE, busy_with="mdocs.poll_due"
    )
    Sign.objects.filter(queue="send").update(worked_at=F("own_clock") - MINUTE)
    Sign.objects.filter(queue="jobs").update(
        busy_since=F("own_clock") - 3 * MINUTE, busy_with="students.run_jobs"
    )
    watch.run(now)
    assert opened() == [("workers", "hangs", "poll"), ("workers", "idle", "send")]


def test_a_sweep_that_fails_has_a_line_of_its_own(now: datetime) -> None:
    for task in (brake.TASK, "api.delete_tokens"):
        PeriodicTask.objects.record_failure(task, "ValueError", now)
    watch.run(now)
    assert set(opened()) == {("sweep", "failed", ""), ("periodic_tasks", "failed", "api.delete_tokens")}
    for task in (brake.TASK, "api.delete_tokens"):
        PeriodicTask.objects.record_success(task, 1, now + MINUTE)
    watch.run(now + 2 * MINUTE)
    assert opened() == []


def test_workers_that_redis_has_kept_idle_are_not_to_blame_when_it_is_back(now: datetime) -> None:
    Sign.objects.filter(role="worker").update(worked_at=F("own_clock") - MINUTE)
    Alarm.objects.create(kind=Kind.REDIS, status="no answer", since=now - MINUTE, last_seen_at=now)
    watch.run(now + timedelta(seconds=1))
    assert opened() == [("redis", "no answer", "")]
    watch.run(now + MINUTE)
    assert ("workers", "idle", "send") in opened()


def test_another_worker_of_the_queue_will_do(now: datetime, lose: Callable[[str], None]) -> None:
    lose("send")
    sign("worker", "send", process="send@two", seen=FRESH)
    watch.run(now)
    assert opened() == []


def test_two_beats_are_seen_and_one_after_the_other_are_none(now: datetime) -> None:
    sign("beat", process="beat@two", seen=FRESH, started_at=now - timedelta(seconds=30))
    watch.run(now)
    assert opened() == [("beat", "several run", "")]
    Alarm.objects.all().delete()
    Sign.objects.filter(process="beat@one").update(
        seen_at=now - timedelta(seconds=25), own_clock=now - timedelta(seconds=25)
    )
    watch.run(now)
    assert opened() == []


def test_a_clock_and_a_disk_name_their_machine(now: datetime) -> None:
    Sign.objects.filter(queue="send").update(own_clock=F("seen_at") - MINUTE, worked_at=F("seen_at") - MINUTE)
    Sign.objects.filter(queue="poll").update(findings={"jobs": "not shared", "disk": "full"})
    watch.run(now)
    assert opened() == [
        ("disk", "full", "worker-poll@one"),
        ("storage", "not shared", "worker-poll@one (jobs)"),
        ("clock", "off", "worker-send@one"),
    ]


def test_it_is_mailed_once_at_the_start_and_once_when_it_is_gone(
    now: datetime, lose: Callable[[str], None], mailoutbox: list[EmailMessage]
) -> None:
    lose("send")
    for seconds in range(0, 300, 15):
        watch.run(now + timedelta(seconds=seconds))
    (mail,) = mailoutbox
    assert mail.to == ["admin@example.edu"]
    assert "„send”" in mail.body and "docs/runbook.md, „workers: not seen”" in mail.body
    make_well()
    for seconds in range(300, 600, 15):
        watch.run(now + timedelta(seconds=seconds))
    assert opened() == []
    begun, gone = mailoutbox
    assert begun is mail and "Ustał" in gone.subject


def test_what_comes_and_goes_is_one_alarm(
    now: datetime, lose: Callable[[str], None], mailoutbox: list[EmailMessage]
) -> None:
    for minutes in range(0, 20, 2):
        lose("send")
        watch.run(now + minutes * MINUTE)
        watch.run(now + minutes * MINUTE + timedelta(seconds=15))
        make_well()
        watch.run(now + (minutes + 1) * MINUTE)
    assert Alarm.objects.count() == 1
    assert len(mailoutbox) == 1


def test_an_outage_that_asks_nobody_to_act_is_mailed_when_it_lasts(
    now: datetime, mailoutbox: list[EmailMessage]
) -> None:
    Breaker.objects.update(state="open", next_probe_at=now)
    watch.run(now)
    assert (opened(), mailoutbox) == ([("mdokumenty", "open", "")], [])
    watch.run(now + 16 * MINUTE)
    assert len(mailoutbox) == 1


def test_staff_who_want_it_are_mailed_in_their_language(
    now: datetime, lose: Callable[[str], None], mailoutbox: list[EmailMessage]
) -> None:
    for role, name in ((ADMINISTRATOR, "technician"), (CLERK, "clerk"), (ADMINISTRATOR, "other")):
        user = make_member(role)
        user.email, user.language = f"{name}@example.edu", "en"
        user.save()
        if name != "other":
            AlarmSubscription.objects.create(user=user)
    lose("send")
    watch.run(now)
    watch.run(now + timedelta(seconds=15))
    told = {mail.to[0]: mail for mail in mailoutbox}
    assert told.keys() == {"admin@example.edu", "technician@example.edu"}
    assert "queue “send”" in told["technician@example.edu"].body


def test_a_mail_server_that_refuses_is_tried_again(
    now: datetime, lose: Callable[[str], None], settings: Any, mailoutbox: list[EmailMessage]
) -> None:
    lose("send")
    works, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    watch.run(now)
    watch.run(now + timedelta(seconds=15))
    assert Alarm.objects.get().told_at is None
    settings.EMAIL_BACKEND = works
    watch.run(now + timedelta(seconds=30))
    assert mailoutbox == [], "not at once"
    watch.run(now + timedelta(seconds=75))
    assert len(mailoutbox) == 1


@pytest.mark.parametrize("reply", ["550 5.1.1 no such user", "452 4.2.2 mailbox full"])
def test_one_reader_who_cannot_be_mailed_has_the_others_mailed_once(
    now: datetime, lose: Callable[[str], None], settings: Any, mail_server: MailServer, reply: str
) -> None:
    settings.ADMINS = [("", "gone@example.edu"), ("", "admin@example.edu")]
    mail_server.answers["gone@example.edu"] = reply
    lose("send")
    for minutes in range(4):
        watch.run(now + minutes * MINUTE)
    assert [address for address, _mail in mail_server.taken] == ["admin@example.edu"]


def test_who_looks_at_health_keeps_the_alarms_too(
    client: Client, lose: Callable[[str], None], mailoutbox: list[EmailMessage]
) -> None:
    lose("send")
    assert client.get("/health/ready").status_code == 200
    Alarm.objects.update(since=timezone.now() - MINUTE)
    client.get("/health/ready")
    assert opened() == [("workers", "not seen", "send")]
    assert len(mailoutbox) == 1


def test_a_process_stands_in_when_nobody_has_looked_for_a_while(lose: Callable[[str], None]) -> None:
    lose("celery")
    Watch.objects.update(looked_at=timezone.now())
    assert not watch.stand_in()
    Watch.objects.update(looked_at=timezone.now() - MINUTE)
    assert watch.stand_in() and not watch.stand_in()
    assert opened() == [("workers", "not seen", "celery")]


def test_the_database_holds_that_one_is_open() -> None:
    for gone in (timezone.now() + MINUTE, None):
        Alarm.objects.create(kind=Kind.WORKERS, subject="send", status="hangs", gone_at=gone)
    with pytest.raises(IntegrityError), transaction.atomic():
        Alarm.objects.create(kind=Kind.WORKERS, subject="send", status="not seen")
    Alarm.objects.create(kind=Kind.WORKERS, subject="poll", status="not seen")


def test_ages_are_by_the_clock_of_the_database(lose: Callable[[str], None]) -> None:
    with time_machine.travel(timezone.now() + 60 * MINUTE):
        found = watch.run().found
    assert found[Kind.WORKERS] == found[Kind.BEAT] == []
