"""/metrics: for who has the token, with the figures of this moment, and with no label that grows with people."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mdocs import orders
from mdocs.engine import gateway, rounds
from mdocs.querysets import Lane
from mdocs.statuses import Status
from mlegitymacja_portal.metrics import figures
from notifications import outbox
from notifications.messages.models import Message
from operations import watch
from operations.models import Sign
from script.lib.authority import Authority
from students.models import Job, PeriodicTask, Student, User
from tests.mdocs.factories import make_order, set_breaker
from tests.operations.signs import make_well, sign
from tests.scraping import TOKEN, difference, scrape
from tests.students.factories import make_eligible_student

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def token(settings: Any, tmp_path: Path) -> None:
    settings.METRICS_TOKEN = "secret"
    settings.DATA_DIR = tmp_path


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 401), ({"Authorization": "Bearer wrong"}, 401), ({"Authorization": "secret"}, 401), (TOKEN, 200)],
)
def test_metrics_are_for_who_has_the_token(client: Client, headers: dict[str, str], status: int) -> None:
    assert client.get("/metrics", headers=headers).status_code == status


def test_a_signed_in_administrator_without_the_token_gets_none(client: Client, admin_user: User) -> None:
    client.force_login(admin_user)
    assert client.get("/metrics").status_code == 401


def test_without_a_token_in_the_settings_there_is_no_such_page(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    for headers in ({}, {"Authorization": "Bearer "}):
        assert client.get("/metrics", headers=headers).status_code == 404


def test_prometheus_may_ask_by_the_address_of_the_machine(client: Client) -> None:
    assert client.get("/metrics", headers={**TOKEN, "Host": "10.1.2.3"}).status_code == 200


def test_the_figures_are_those_of_the_database(
    client: Client, student: Student, other_student: Student, settings: Any
) -> None:
    now = timezone.now()
    make_order(student, Status.WAITING, next_attempt_at=now - timedelta(seconds=90))
    make_order(other_student, Status.PROCESSING, attention="our_mistake")
    set_breaker("open")
    PeriodicTask.objects.create(name="mdocs.count_days", succeeded_at=now)
    Job.objects.create(kind="import", title="x", started_by=student.user)
    issued = Authority.new(settings.DATA_DIR / "authority").issue("portal", last_day=20)
    settings.MDOKUMENTY_CERTIFICATE, settings.MDOKUMENTY_KEY = issued
    found = scrape(client)
    assert found["portal_orders", ("waiting",)] == found["portal_orders", ("processing",)] == 1
    assert found["portal_orders", ("ready",)] == 0
    assert found["portal_orders_needing_staff", ()] == 1
    assert found["portal_lane_due_orders", ("send",)] == 1
    assert 90 <= found["portal_lane_oldest_due_seconds", ("send",)] < 120
    assert found["portal_breaker", ("send", "open")] == 1
    assert found["portal_breaker", ("send", "closed")] == 0
    assert found["portal_jobs", ("waiting",)] == 1
    assert found["portal_periodic_task_success_timestamp_seconds", ("mdocs.count_days",)] == pytest.approx(
        now.timestamp(), abs=1
    )
    assert found["portal_certificate_unusable", ()] == 0
    days = (found["portal_certificate_end_timestamp_seconds", ()] - now.timestamp()) / 86_400
    assert days == pytest.approx(20, abs=0.01)
    assert found["portal_disk_free_bytes", ()] > 0
    assert {value for (name, _), value in found.items() if name == "portal_figures_failed"} == {0}


def test_more_people_are_neither_more_series_nor_more_queries(client: Client, student: Student) -> None:
    make_order(student, Status.READY)
    scrape(client)
    with CaptureQueriesContext(connection) as few:
        before = scrape(client)
    for _ in range(5):
        make_order(make_eligible_student(), Status.READY)
    with CaptureQueriesContext(connection) as many:
        after = scrape(client)
    assert before.keys() == after.keys()
    assert len(few) == len(many)
    assert after["portal_orders", ("ready",)] == 6


def test_an_address_that_somebody_made_up_is_no_label(client: Client) -> None:
    client.get("/no/such/page/44051401359/")
    client.generic("MADEUP", "/")
    text = client.get("/metrics", headers=TOKEN).content.decode()
    assert "44051401359" not in text
    assert "MADEUP" not in text
    assert 'portal_http_requests_total{method="GET",route="none",status="404"}' in text


def test_a_certificate_that_does_not_serve_is_seen(client: Client, settings: Any) -> None:
    settings.MDOKUMENTY_CERTIFICATE, settings.MDOKUMENTY_KEY = "/no/such/file.pem", "/no/such/file.key"
    assert scrape(client)["portal_certificate_unusable", ()] == 1


def test_a_part_that_cannot_be_read_is_named_and_the_others_are_there(
    client: Client, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.DATA_DIR = settings.DATA_DIR / "not-mounted"
    found = scrape(client)
    assert found["portal_figures_failed", ("disk",)] == 1
    assert found["portal_figures_failed", ("lanes",)] == 0
    assert "portal_disk_free_bytes" not in {name for name, _ in found}
    assert [record.getMessage() for record in caplog.records if record.name == figures.__name__] == [
        "the figures disk could not be read: FileNotFoundError"
    ]


def test_requests_are_counted_and_timed_by_route(client: Client) -> None:
    before, begun = scrape(client), time.monotonic()
    for _ in range(3):
        client.get("/logowanie/")
    after, passed = scrape(client), time.monotonic() - begun
    assert difference(before, after, "portal_http_request_seconds_count")[("login",)] == 3
    assert 0 < difference(before, after, "portal_http_request_seconds_sum")[("login",)] < passed


def test_what_waits_to_be_told_is_there_by_kind_and_age(client: Client, student: Student) -> None:
    orders.place(student, by=student.user)
    found = scrape(client)
    assert found["portal_waiting", ("events",)] == 1
    assert found["portal_waiting", ("emails",)] == 0
    outbox.dispatch_batch(timezone.now())
    Message.objects.update(email_due_at=timezone.now() - timedelta(seconds=70))
    found = scrape(client)
    assert (found["portal_waiting", ("events",)], found["portal_waiting", ("emails",)]) == (0, 1)
    assert 70 <= found["portal_waiting_oldest_seconds", ("emails",)] < 100
    for kind in ("emails_low_priority", "push", "webhooks"):
        assert found["portal_waiting", (kind,)] == found["portal_waiting_oldest_seconds", (kind,)] == 0


def test_processes_and_lanes_are_seen_when_they_were(client: Client) -> None:
    Sign.objects.all().delete()
    worker = sign("worker", "send", seen=timedelta(seconds=50))
    sign("worker", "poll", seen=timedelta(minutes=10))
    found = scrape(client)
    assert found["portal_process_seen_timestamp_seconds", ("worker",)] == pytest.approx(
        worker.seen_at.timestamp(), abs=0.01
    )
    assert ("portal_process_seen_timestamp_seconds", ("beat",)) not in found, "it has never signed"
    assert found["portal_lane_seen_timestamp_seconds", ("send",)] == 0
    now = timezone.now()
    rounds.run_round(Lane.SEND, gateway.connection())
    found = scrape(client)
    assert found["portal_lane_seen_timestamp_seconds", ("send",)] == pytest.approx(now.timestamp(), abs=30)
    assert found["portal_lane_seen_timestamp_seconds", ("poll",)] == 0


def test_alarms_are_there_while_they_last(client: Client) -> None:
    make_well()
    watch.run()
    kinds = {name: value for name, value in scrape(client).items() if name[0] == "portal_alarms"}
    assert kinds["portal_alarms", ("workers",)] == kinds["portal_alarms", ("beat",)] == 0
    Sign.objects.filter(queue__in=("send", "poll")).delete()
    watch.run()
    found = scrape(client)
    assert (found["portal_alarms", ("workers",)], found["portal_alarms", ("beat",)]) == (2, 0)
    make_well()
    watch.run(timezone.now() + timedelta(minutes=3))
    assert scrape(client)["portal_alarms", ("workers",)] == 0


def test_a_periodic_task_that_fails_is_seen_until_it_succeeds(client: Client) -> None:
    MigrationRecorder.Migration.objects.update(applied=timezone.now())
    assert scrape(client)["portal_periodic_tasks_unwell", ()] == 0
    PeriodicTask.objects.record_failure("mdocs.count_days", "ValueError", timezone.now())
    assert scrape(client)["portal_periodic_tasks_unwell", ()] == 1
    PeriodicTask.objects.record_success("mdocs.count_days", 1, timezone.now())
    assert scrape(client)["portal_periodic_tasks_unwell", ()] == 0
