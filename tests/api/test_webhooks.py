"""Webhooks: changes of state are delivered signed and once, without the codes."""

import base64
import hashlib
import hmac
import re
import socket
from datetime import datetime, timedelta
from itertools import count
from threading import Event
from typing import Any

import pytest
import time_machine
from auditlog.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from api.models import Delivery, Endpoint
from api.webhooks.deliveries import create_deliveries
from api.webhooks.models import EXCHANGE
from api.webhooks.worker import DISABLED_AFTER, WebhookWorker
from mdocs import orders
from mdocs.models import Order, OrderEvent
from mdocs.statuses import Status
from notifications import outbox
from notifications.outgoing import posting
from students.models import Student
from students.roles import ADMINISTRATOR
from tests.mdocs.factories import make_order
from tests.students.factories import make_clerk, make_member


@pytest.fixture
def order(student: Student) -> Order:
    """Return an order that was revoked while its codes were there."""
    order = make_order(student, Status.READY)
    orders.revoke(order, by=student.user)
    return order


def send_due() -> int:
    """Run one round of the webhook worker; return how many deliveries it claimed."""
    return WebhookWorker().run_round()


def due_at() -> datetime:
    """Return the next attempt of the only delivery."""
    due = Delivery.objects.get().next_attempt_at
    paused = Endpoint.objects.get().paused_until
    assert due is not None
    return max(due, paused or due)


def signed(request: Request, secret: str) -> str:
    """Sign a request as the specification of Standard Webhooks says."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = ".".join([request.headers["Webhook-Id"], request.headers["Webhook-Timestamp"], ""])
    digest = hmac.new(key, content.encode() + request.get_data(), hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def answer_with(httpserver: HTTPServer, status: int) -> None:
    httpserver.clear()
    httpserver.expect_request("/webhook", method="POST").respond_with_data("", status=status)


def test_a_change_is_delivered_signed_and_once(
    httpserver: HTTPServer, endpoint: Endpoint, order: Order
) -> None:
    answer_with(httpserver, 204)
    for _ in range(2):
        create_deliveries(list(OrderEvent.objects.all()), timezone.now())
    assert [send_due(), send_due()] == [1, 0]
    ((request, _answer),) = httpserver.log
    assert request.headers["Webhook-Signature"] == signed(request, endpoint.secret)
    assert request.headers["Webhook-Id"] == str(Delivery.objects.get().pk)
    payload: Any = request.get_json()
    event = OrderEvent.objects.get()
    assert payload.keys() == {"type", "timestamp", "data"}
    assert (payload["type"], payload["timestamp"]) == ("order.revoking", event.at.isoformat())
    assert payload["data"] == {
        "order": {
            "id": str(order.pk),
            "student": order.student_id,
            "album_number": order.album_number,
            "valid_until": order.valid_until.isoformat(),
        },
        "status": "revoking",
        "previous_status": "ready",
        "reason": event.reason,
    }


def test_neither_codes_nor_a_pesel_are_sent(
    httpserver: HTTPServer, endpoint: Endpoint, student: Student
) -> None:
    order = make_order(student, Status.READY)
    event = OrderEvent.objects.create(order=order, old="processing", new="ready", reason="codes_ready")
    answer_with(httpserver, 200)
    create_deliveries([event], timezone.now())
    send_due()
    body = httpserver.log[0][0].get_data(as_text=True)
    assert order.activation_code and order.qr_token and student.pesel
    assert [
        secret for secret in (order.activation_code, order.qr_token, student.pesel) if secret in body
    ] == []


@pytest.mark.parametrize("status", [301, 404, 429, 500])
def test_what_did_not_arrive_is_sent_again_ever_later(
    httpserver: HTTPServer, endpoint: Endpoint, order: Order, status: int
) -> None:
    create_deliveries(list(OrderEvent.objects.all()), timezone.now())
    answer_with(httpserver, status)
    pauses = []
    for _ in range(12):
        with time_machine.travel(due_at(), tick=False):
            assert send_due() == 1
            pauses.append(due_at() - timezone.now())
            assert send_due() == 0
    assert pauses[0] <= timedelta(seconds=1) < timedelta(seconds=8) <= pauses[4] <= timedelta(seconds=16)
    assert timedelta(minutes=7) <= pauses[-1] <= timedelta(minutes=15)
    answer_with(httpserver, 200)
    with time_machine.travel(due_at(), tick=False):
        assert send_due() == 1
    endpoint.refresh_from_db()
    assert Delivery.objects.get().delivered_at is not None
    assert (endpoint.failing_since, endpoint.paused_until, endpoint.failures) == (None, None, 0)


def test_a_server_that_asks_for_patience_is_given_it(
    httpserver: HTTPServer, endpoint: Endpoint, order: Order
) -> None:
    create_deliveries(list(OrderEvent.objects.all()), timezone.now())
    httpserver.expect_request("/webhook").respond_with_data("", status=503, headers={"Retry-After": "600"})
    begun = timezone.now()
    assert send_due() == 1
    assert due_at() >= begun + timedelta(seconds=600)


def test_one_that_hangs_delays_nobody_else(
    httpserver: HTTPServer, endpoint: Endpoint, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "REQUEST_SECONDS", 1.0)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        hanging = Endpoint.objects.create(name="dziekan", url=f"http://127.0.0.1:{silent.getsockname()[1]}/")
        for _ in range(30):
            OrderEvent.objects.create(order=order, old="waiting", new="processing", reason="accepted")
        create_deliveries(list(OrderEvent.objects.all()), timezone.now())
        answer_with(httpserver, 204)
        WebhookWorker().run_round()
        delivered = Delivery.objects.filter(delivered_at__isnull=False)
        assert (delivered.filter(endpoint=endpoint).count(), delivered.filter(endpoint=hanging).count()) == (
            31,
            0,
        )
        hanging.refresh_from_db()
        assert hanging.paused_until is not None and hanging.failing_since is not None
        # Those that were not tried have lost nothing: only a few were.
        assert Delivery.objects.filter(endpoint=hanging, attempts=0).count() == 31 - WebhookWorker.concurrency


def test_one_that_answers_slowly_delays_nobody_else(
    httpserver: HTTPServer, endpoint: Endpoint, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What happens while its answer is under way is sent to another endpoint at once."""
    enough = Event()

    def answer_when_the_other_has_all(_request: Request) -> Response:
        return Response(status=204 if enough.wait(8) else 500)

    def answer(_request: Request) -> Response:
        if len(httpserver.log) == 4:  # with this one, which is not in the log yet, five
            enough.set()
        return Response(status=204)

    httpserver.expect_request("/webhook").respond_with_handler(answer)
    with HTTPServer() as slow_server:
        slow_server.expect_request("/").respond_with_handler(answer_when_the_other_has_all)
        slow = Endpoint.objects.create(name="dziekan", url=slow_server.url_for("/"))
        Delivery.objects.create(endpoint=slow, event=OrderEvent.objects.latest("pk"))
        look, looks = WebhookWorker.recipients, count()

        def look_after_something_happened(worker: WebhookWorker) -> list[Endpoint]:
            if next(looks) % 2 == 0 and endpoint.deliveries.count() < 5:
                event = OrderEvent.objects.create(
                    order=order, old="waiting", new="processing", reason="accepted"
                )
                Delivery.objects.create(endpoint=endpoint, event=event)
            return list(look(worker))

        monkeypatch.setattr(WebhookWorker, "recipients", look_after_something_happened)
        WebhookWorker().run()
        assert [answered.status_code for _request, answered in slow_server.log] == [204]
    assert not Delivery.objects.waiting().exists()


def test_one_that_is_removed_while_it_is_sent_to_stops_nothing(endpoint: Endpoint) -> None:
    Endpoint.objects.all().delete()
    endpoint.record_failure(timezone.now(), unavailable=True, retry_after=None)
    endpoint.record_success()


def test_who_has_not_answered_for_days_is_switched_off(endpoint: Endpoint, order: Order) -> None:
    long_ago = timezone.now() - DISABLED_AFTER
    Endpoint.objects.update(url="http://127.0.0.1:1/", failing_since=long_ago, failures=9)
    create_deliveries(list(OrderEvent.objects.all()), timezone.now())
    assert send_due() == 1
    endpoint.refresh_from_db()
    assert not endpoint.is_active and endpoint.failing_since is not None
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        assert send_due() == 0


def test_many_events_cost_two_statements(endpoint: Endpoint, student: Student) -> None:
    order = make_order(student)
    events = [
        OrderEvent.objects.create(order=order, old="waiting", new="processing", reason="accepted")
        for _ in range(5)
    ]
    events.append(OrderEvent.objects.create(order=order, old="waiting", new="waiting", reason="retried"))
    with CaptureQueriesContext(connection) as queries:
        create_deliveries(events, timezone.now())
    assert (len(queries), Delivery.objects.count()) == (2, 5)


def test_an_administrator_registers_an_endpoint_and_sees_the_secret_once(db: None, client: Client) -> None:
    client.force_login(make_member(ADMINISTRATOR))
    form = {"name": "biblioteka", "url": "https://library.example.edu.pl/told", "is_active": "on"}
    made = client.post("/admin/api/endpoint/add/", form)
    (secret,) = re.findall(r'id="endpoint-secret">(whsec_[\w+/=]+)<', made.content.decode())
    endpoint = Endpoint.objects.get()
    assert endpoint.secret == secret and "no-store" in made["Cache-Control"]
    assert secret not in client.get(f"/admin/api/endpoint/{endpoint.pk}/change/").content.decode()
    assert secret not in str([entry.changes for entry in LogEntry.objects.get_for_object(endpoint)])


def test_while_a_secret_is_exchanged_messages_are_signed_with_both(
    httpserver: HTTPServer, endpoint: Endpoint, order: Order, client: Client
) -> None:
    client.force_login(make_member(ADMINISTRATOR))
    before = endpoint.secret
    page = client.get(f"/admin/api/endpoint/{endpoint.pk}/change/").content.decode()
    assert f"/admin/api/endpoint/{endpoint.pk}/renew/" in page
    assert client.get(f"/admin/api/endpoint/{endpoint.pk}/renew/").status_code == 405
    made = client.post(f"/admin/api/endpoint/{endpoint.pk}/renew/")
    (secret,) = re.findall(r'id="endpoint-secret">(whsec_[\w+/=]+)<', made.content.decode())
    assert secret != before and "no-store" in made["Cache-Control"]
    create_deliveries(list(OrderEvent.objects.all()), timezone.now())
    answer_with(httpserver, 204)
    send_due()
    Delivery.objects.send_again(timezone.now())
    with time_machine.travel(timezone.now() + EXCHANGE + timedelta(minutes=1), tick=False):
        send_due()
    (first, _answer), (second, _answer) = httpserver.log
    both = f"{signed(first, secret)} {signed(first, before)}"
    assert first.headers["Webhook-Signature"] == both
    assert second.headers["Webhook-Signature"] == signed(second, secret)


def test_who_only_looks_renews_no_secret(endpoint: Endpoint, client: Client) -> None:
    client.force_login(make_clerk("api.view_endpoint"))
    before = endpoint.secret
    assert client.post(f"/admin/api/endpoint/{endpoint.pk}/renew/").status_code == 403
    endpoint.refresh_from_db()
    assert endpoint.secret == before


def test_the_events_of_the_commands_reach_an_endpoint_by_themselves(
    httpserver: HTTPServer, endpoint: Endpoint, order: Order
) -> None:
    answer_with(httpserver, 204)
    assert outbox.dispatch_batch(timezone.now()) == 1
    assert send_due() == 1
    ((request, _answer),) = httpserver.log
    assert request.get_json()["type"] == "order.revoking"
    assert outbox.dispatch_batch(timezone.now()) == 0
