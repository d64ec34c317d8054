"""/metrics: for who has the token, with the figures of this moment, and with no label that grows with people."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from mdocs.statuses import Status
from mlegitymacja_portal.metrics import figures
from script.lib.authority import Authority
from students.models import Job, PeriodicTask, Student, User
from tests.mdocs.factories import make_order, set_breaker
from tests.students.factories import make_eligible_student

pytestmark = pytest.mark.django_db
TOKEN = {"Authorization": "Bearer secret"}
Series = dict[tuple[str, tuple[str, ...]], float]


@pytest.fixture(autouse=True)
def token(settings: Any, tmp_path: Path) -> None:
    settings.METRICS_TOKEN = "secret"
    settings.DATA_DIR = tmp_path


def scrape(client: Client) -> Series:
    """Return each series by name and labels."""
    answer = client.get("/metrics", headers=TOKEN)
    assert answer.status_code == 200
    return {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


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
