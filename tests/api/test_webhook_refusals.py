"""Webhooks: a delivery that is refused, and an endpoint that is absent, are told apart."""

import json
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from api.models import Delivery, Endpoint
from api.webhooks.models import KEPT, MOST_REFUSALS, SwitchedOff
from api.webhooks.worker import DISABLED_AFTER, WebhookWorker
from mdocs.models import Order, OrderEvent
from mdocs.statuses import Status
from notifications import outbox
from students.models import Student
from students.moments import write_moment
from students.page_versions import VERSION
from students.roles import ADMINISTRATOR
from tests.mdocs.factories import make_order
from tests.students.factories import make_clerk, make_member

LIST = "/admin/api/delivery/"


@pytest.fixture
def order(student: Student) -> Order:
    return make_order(student, Status.READY)


def happen(order: Order, count: int = 1, reason: str = "accepted") -> None:
    """Let an order change its state so often, and dispatch the events."""
    for _ in range(count):
        OrderEvent.objects.create(order=order, old="waiting", new="processing", reason=reason)
    outbox.dispatch_batch(timezone.now())


def answer(httpserver: HTTPServer, status_of: Callable[[str], int]) -> None:
    """Have the receiver answer by the reason in the body."""

    def respond(request: Request) -> Response:
        return Response(status=status_of(json.loads(request.get_data())["data"]["reason"]))

    httpserver.clear()
    httpserver.expect_request("/webhook", method="POST").respond_with_handler(respond)


def answer_with(httpserver: HTTPServer, status: int) -> None:
    answer(httpserver, lambda _reason: status)


def run_for(duration: timedelta, *, every: Callable[[], None] = lambda: None) -> datetime:
    """Run the worker at each moment at which something is due; return the time after that duration."""
    end = timezone.now() + duration
    while True:
        waiting = Delivery.objects.filter(endpoint__is_active=True, next_attempt_at__lte=end)
        due = waiting.order_by("next_attempt_at").values_list("next_attempt_at", "endpoint__paused_until")
        moments = [max(at, paused or at) for at, paused in due if at is not None]
        if not moments or min(moments) > end:
            return end
        with time_machine.travel(max(min(moments), timezone.now()), tick=False):
            every()
            assert WebhookWorker().run_round() >= 1


def test_one_delivery_that_is_refused_is_given_up_and_the_endpoint_stays_on(
    httpserver: HTTPServer, endpoint: Endpoint, order: Order, caplog: pytest.LogCaptureFixture
) -> None:
    answer_with(httpserver, 422)
    happen(order)
    begun = timezone.now()
    run_for(timedelta(days=4))
    refused = Delivery.objects.get()
    assert (refused.refusals, refused.refusal_status, refused.next_attempt_at) == (MOST_REFUSALS, 422, None)
    assert len(httpserver.log) == MOST_REFUSALS
    assert refused.refused_at is not None
    assert timedelta(hours=4) < refused.refused_at - begun < timedelta(hours=14)
    endpoint.refresh_from_db()
    assert (endpoint.is_active, endpoint.failing_since, endpoint.paused_until) == (True, None, None)
    assert [record.levelname for record in caplog.records if "given up" in record.message] == ["ERROR"]


@pytest.mark.parametrize("status", [400, 409, 413, 415, 422])
def test_what_is_about_a_delivery_keeps_none_of_those_behind_it(
    httpserver: HTTPServer, endpoint: Endpoint, order: Order, status: int
) -> None:
    answer(httpserver, lambda reason: status if reason == "poison" else 204)
    happen(order, reason="poison")
    WebhookWorker().run_round()
    happen(order, 5)
    WebhookWorker().run_round()
    assert Delivery.objects.filter(delivered_at__isnull=False).count() == 5
    assert Delivery.objects.waiting().get().refusals >= 1
    endpoint.refresh_from_db()
    assert (endpoint.failing_since, endpoint.paused_until) == (None, None)


@pytest.mark.parametrize("status", [301, 401, 403, 404, 405, 408, 425, 429, 500, 503])
def test_what_is_about_the_endpoint_pauses_it_and_counts_against_no_delivery(
    httpserver: HTTPServer, endpoint: Endpoint, order: Order, status: int
) -> None:
    answer_with(httpserver, status)
    happen(order)
    WebhookWorker().run_round()
    endpoint.refresh_from_db()
    assert endpoint.failing_since is not None and endpoint.paused_until is not None
    delivery = Delivery.objects.get()
    assert (delivery.attempts, delivery.refusals) == (1, 0)


def test_one_that_is_always_answered_500_while_others_arrive_is_given_up_too(
    httpserver: HTTPServer, endpoint: Endpoint, order: Order
) -> None:
    answer(httpserver, lambda reason: 500 if reason == "poison" else 204)
    happen(order, reason="poison")
    run_for(timedelta(days=2), every=lambda: happen(order))
    poison = Delivery.objects.get(event__reason="poison")
    assert (poison.refused_at is not None, poison.refusal_status) == (True, 500)
    assert Endpoint.objects.get().is_active


def test_an_outage_counts_as_no_refusal(httpserver: HTTPServer, endpoint: Endpoint, order: Order) -> None:
    answer_with(httpserver, 503)
    happen(order)
    back = run_for(timedelta(days=2))
    with time_machine.travel(back, tick=False):
        answer_with(httpserver, 422)
        run_for(timedelta(minutes=30))
    delivery = Delivery.objects.get()
    assert delivery.attempts > MOST_REFUSALS and delivery.refused_at is None
    answer_with(httpserver, 200)
    with time_machine.travel(back + timedelta(hours=3), tick=False):
        WebhookWorker().run_round()
    assert Delivery.objects.get().delivered_at is not None


def test_who_accepts_nothing_for_three_days_is_switched_off_and_administrators_are_told_once(
    endpoint: Endpoint, order: Order, caplog: pytest.LogCaptureFixture
) -> None:
    Endpoint.objects.update(url="http://127.0.0.1:1/")
    happen(order, 3)
    begun = timezone.now()
    run_for(DISABLED_AFTER + timedelta(days=1))
    endpoint.refresh_from_db()
    assert not endpoint.is_active and endpoint.failing_since is not None
    assert endpoint.switched_off == SwitchedOff.ABSENT
    assert endpoint.failing_since - begun < timedelta(minutes=1)
    assert [record.levelno for record in caplog.records if "switched off" in record.message] == [
        logging.CRITICAL
    ]


def test_what_happens_while_an_endpoint_is_off_is_sent_when_it_is_switched_on(
    httpserver: HTTPServer, endpoint: Endpoint, order: Order, client: Client
) -> None:
    client.force_login(make_member(ADMINISTRATOR))
    page = f"/admin/api/endpoint/{endpoint.pk}/change/"
    answer_with(httpserver, 204)

    def switch(**on: str) -> None:
        version = client.get(page).context["version"]
        form = {"name": endpoint.name, "url": endpoint.url, VERSION: version, **on}
        assert client.post(page, form).status_code == 302

    switch()
    happen(order, 2)
    assert (WebhookWorker().run_round(), httpserver.log) == (0, [])
    switch(is_active="on")
    assert WebhookWorker().run_round() == 2
    assert Delivery.objects.filter(delivered_at__isnull=False).count() == 2


def test_what_waits_for_an_endpoint_that_is_off_is_kept_for_thirty_days_and_then_counted(
    endpoint: Endpoint, order: Order, client: Client
) -> None:
    other = Endpoint.objects.create(name="dziekan", url="https://dean.example.edu.pl/")
    assert endpoint.switch_off(SwitchedOff.ABSENT) and not endpoint.switch_off(SwitchedOff.ABSENT)
    begun = timezone.now()
    happen(order, 2)
    with time_machine.travel(begun + timedelta(days=10), tick=False):
        happen(order)
    with time_machine.travel(begun + KEPT - timedelta(minutes=1), tick=False):
        Delivery.objects.delete_old(timezone.now())
        assert Delivery.objects.count() == 6
    with time_machine.travel(begun + KEPT + timedelta(minutes=1), tick=False):
        for _ in range(2):
            Delivery.objects.delete_old(timezone.now())
        assert (endpoint.deliveries.count(), other.deliveries.count()) == (1, 3)
        endpoint.refresh_from_db()
        assert endpoint.dropped == 2
        assert endpoint.dropped_since == OrderEvent.objects.earliest("at").at
        client.force_login(make_member(ADMINISTRATOR))
        since = write_moment(endpoint.dropped_since)
        assert f"2, od {since}" in client.get("/admin/api/endpoint/").content.decode()


def test_an_administrator_sees_what_was_refused_and_sends_it_again(
    httpserver: HTTPServer, endpoint: Endpoint, order: Order, client: Client
) -> None:
    answer(httpserver, lambda reason: 422 if reason == "poison" else 204)
    happen(order, reason="poison")
    happen(order)
    after = run_for(timedelta(days=1))
    client.force_login(make_member(ADMINISTRATOR))
    link = f"{LIST}?state=refused&endpoint__id__exact={endpoint.pk}"
    assert link.replace("&", "&amp;") in client.get("/admin/api/endpoint/").content.decode()
    (refused,) = client.get(link).context["cl"].result_list
    assert (refused.event.reason, refused.refusal_status) == ("poison", 422)
    chosen: dict[str, Any] = {"action": "send_again", "_selected_action": [str(refused.pk)]}
    assert client.post(LIST, chosen).status_code == 302
    answer_with(httpserver, 204)
    with time_machine.travel(after, tick=False):
        assert WebhookWorker().run_round() == 1
    assert Delivery.objects.filter(delivered_at__isnull=False).count() == 2


def test_who_only_looks_sends_nothing_again(
    httpserver: HTTPServer, endpoint: Endpoint, order: Order, client: Client
) -> None:
    answer_with(httpserver, 422)
    happen(order)
    run_for(timedelta(days=1))
    chosen: dict[str, Any] = {"action": "send_again", "_selected_action": [str(Delivery.objects.get().pk)]}
    client.force_login(make_clerk("api.view_endpoint"))
    assert "send_again" not in client.get(LIST).content.decode()
    client.post(LIST, chosen)
    assert Delivery.objects.refused().count() == 1
    client.force_login(make_clerk("students.view_student"))
    assert client.get(LIST).status_code == 403


def test_a_round_of_fifty_refusals_costs_as_many_statements_as_one_of_three(
    httpserver: HTTPServer, endpoint: Endpoint, order: Order
) -> None:
    answer_with(httpserver, 422)

    def cost(count: int) -> int:
        Delivery.objects.all().delete()
        happen(order, count)
        with CaptureQueriesContext(connection) as queries:
            assert WebhookWorker().run_round() == count
        assert set(Delivery.objects.values_list("refusals", flat=True)) == {1}
        return len(queries)

    assert cost(3) == cost(50)
