"""Metrics of webhooks: what became of each attempt, and what waits, as Prometheus reads it."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_httpserver import HTTPServer

from api.models import Delivery, Endpoint
from api.webhooks.worker import WebhookWorker
from mdocs import orders
from mdocs.statuses import Status
from notifications import outbox
from students.models import Student
from tests.mdocs.factories import make_order
from tests.scraping import difference, scrape

pytestmark = pytest.mark.django_db
WAITING, OLDEST = ("portal_waiting", ("webhooks",)), ("portal_waiting_oldest_seconds", ("webhooks",))


@pytest.fixture
def prometheus(settings: Any) -> Client:
    settings.METRICS_TOKEN = "secret"
    return Client()


@pytest.fixture
def deliveries(student: Student, httpserver: HTTPServer) -> None:
    """Two receivers, each of which waits for one change."""
    for name in ("biblioteka", "bramki"):
        Endpoint.objects.create(name=name, url=httpserver.url_for(f"/{name}"))
    orders.revoke(make_order(student, Status.READY), by=student.user)
    outbox.dispatch_batch(timezone.now())
    assert Delivery.objects.count() == 2


def answers(httpserver: HTTPServer, **statuses: int) -> None:
    httpserver.clear_all_handlers()
    for name, status in statuses.items():
        httpserver.expect_request(f"/{name}", method="POST").respond_with_data("", status=status)


def counted(prometheus: Client) -> dict[tuple[str, ...], float]:
    """Return by how much each series of deliveries grows while everything due is sent."""
    before = scrape(prometheus)
    WebhookWorker().run_round()
    return difference(before, scrape(prometheus), "portal_deliveries_total")


def test_each_attempt_is_counted_by_what_became_of_it(
    prometheus: Client, deliveries: None, httpserver: HTTPServer
) -> None:
    answers(httpserver, biblioteka=200, bramki=503)
    assert counted(prometheus) == {("delivery", "accepted"): 1, ("delivery", "unavailable"): 1}
    assert counted(prometheus) == {}, "nothing is due"
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        answers(httpserver, bramki=404)
        assert counted(prometheus) == {("delivery", "refused"): 1}
    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        answers(httpserver, bramki=204)
        assert counted(prometheus) == {("delivery", "accepted"): 1}
    assert scrape(prometheus)[WAITING] == 0


def test_what_waits_is_counted_with_its_age_until_it_arrives(
    prometheus: Client, deliveries: None, httpserver: HTTPServer
) -> None:
    found = scrape(prometheus)
    assert found[WAITING] == 2
    assert found[OLDEST] < 60
    Delivery.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=4_000))
    assert 4_000 <= scrape(prometheus)[OLDEST] < 4_060, "WebhooksNotSent looks at it"
    answers(httpserver, biblioteka=200, bramki=200)
    assert counted(prometheus) == {("delivery", "accepted"): 2}
    found = scrape(prometheus)
    assert (found[WAITING], found[OLDEST]) == (0, 0)
