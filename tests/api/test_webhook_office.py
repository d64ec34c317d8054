"""Webhooks in the admin and in the API: deliveries with their answers, sending again, tests, and who is switched
off."""

import logging
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from pytest_httpserver import HTTPServer

from api.models import Delivery, Endpoint
from api.webhooks.models import SwitchedOff
from api.webhooks.worker import WebhookWorker
from students.models import Student
from students.page_versions import VERSION
from students.roles import ADMINISTRATOR
from tests.api.caller import Caller, make_token
from tests.api.webhook_events import deliver_codes_ready
from tests.students.factories import make_clerk, make_member

LIST = "/admin/api/delivery/"


@pytest.fixture
def administrator(db: None) -> Caller:
    """Return a script of an administrator."""
    return Caller(make_token(make_member(ADMINISTRATOR)))


def answer_with(httpserver: HTTPServer, status: int, text: str = "") -> None:
    httpserver.clear()
    httpserver.expect_request("/webhook", method="POST").respond_with_data(text, status=status)


def test_who_answers_gone_is_switched_off_and_the_list_says_so(
    httpserver: HTTPServer,
    endpoint: Endpoint,
    student: Student,
    client: Client,
    caplog: pytest.LogCaptureFixture,
) -> None:
    answer_with(httpserver, 410)
    deliver_codes_ready(student)
    WebhookWorker().run_round()
    endpoint.refresh_from_db()
    assert (endpoint.is_active, endpoint.switched_off) == (False, SwitchedOff.GONE)
    (told,) = [record for record in caplog.records if "switched off" in record.message]
    assert told.levelno == logging.CRITICAL and "410" in told.message
    client.force_login(make_member(ADMINISTRATOR))
    assert "odpowiedział 410" in client.get("/admin/api/endpoint/").content.decode()
    page = f"/admin/api/endpoint/{endpoint.pk}/change/"
    version = client.get(page).context["version"]
    form = {"name": "biblioteka", "url": endpoint.url, VERSION: version, "is_active": "on"}
    assert client.post(page, form).status_code == 302
    endpoint.refresh_from_db()
    assert (endpoint.is_active, endpoint.switched_off) == (True, "")
    answer_with(httpserver, 204)
    Delivery.objects.update(next_attempt_at=timezone.now())
    WebhookWorker().run_round()
    assert Delivery.objects.get().delivered_at is not None, "it was kept meanwhile"


def test_the_list_shows_the_answer_and_how_long_it_took(
    httpserver: HTTPServer, endpoint: Endpoint, student: Student, client: Client
) -> None:
    answer_with(httpserver, 500, "boom\0 <b>" + "x" * 5000)
    deliver_codes_ready(student)
    WebhookWorker().run_round()
    delivery = Delivery.objects.get()
    assert delivery.last_status == 500 and delivery.last_answer.startswith("boom  <b>xxx")
    assert len(delivery.last_answer) == 500
    assert delivery.last_seconds is not None and 0 < delivery.last_seconds < 10
    client.force_login(make_member(ADMINISTRATOR))
    page = client.get(LIST).content.decode()
    assert "500 boom  &lt;b&gt;xxx" in page and " ms<" in page and "order.ready" in page


def test_an_administrator_sends_a_test_and_sees_its_answer(
    httpserver: HTTPServer, endpoint: Endpoint, client: Client
) -> None:
    answer_with(httpserver, 200, "thanks")
    client.force_login(make_member(ADMINISTRATOR))
    address = f"/admin/api/endpoint/{endpoint.pk}/test/"
    assert address in client.get(f"/admin/api/endpoint/{endpoint.pk}/change/").content.decode()
    assert client.get(address).status_code == 405
    sent = client.post(address)
    assert sent["Location"] == f"{LIST}?endpoint__id__exact={endpoint.pk}"
    WebhookWorker().run_round()
    ((request, _answer),) = httpserver.log
    message: Any = request.get_json()
    assert (message["type"], set(message)) == ("webhook.test", {"type", "timestamp", "data"})
    page = client.get(sent["Location"]).content.decode()
    assert "webhook.test" in page and "200 thanks" in page
    Endpoint.objects.update(is_active=False)
    assert client.post(address)["Location"] == f"/admin/api/endpoint/{endpoint.pk}/change/"
    assert Delivery.objects.count() == 1
    client.force_login(make_clerk("api.view_endpoint"))
    assert client.post(address).status_code == 403


def test_our_user_agent_says_who_we_are(
    httpserver: HTTPServer, endpoint: Endpoint, student: Student, settings: Any
) -> None:
    settings.PORTAL_URL = "https://legitymacja.example.edu"
    answer_with(httpserver, 204)
    deliver_codes_ready(student)
    WebhookWorker().run_round()
    ((request, _answer),) = httpserver.log
    assert request.headers["User-Agent"] == "mLegitymacja-portal/1 (+https://legitymacja.example.edu)"
    assert request.headers["Content-Type"] == "application/json"


def test_what_is_sent_is_what_the_openapi_document_describes(
    httpserver: HTTPServer, endpoint: Endpoint, student: Student
) -> None:
    answer_with(httpserver, 204)
    deliver_codes_ready(student)
    Delivery.objects.create(endpoint=endpoint)
    WebhookWorker().run_round()
    document: Any = Client().get("/api/v1/schema/?format=json").json()
    described = {
        name: webhook["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        for name, webhook in document["webhooks"].items()
    }
    sent: dict[str, Any] = {request.get_json()["type"]: request for request, _answer in httpserver.log}
    for name, kind in (("orderChanged", "order.ready"), ("webhookTest", "webhook.test")):
        shape = {"$ref": described[name], "components": document["components"]}
        Draft202012Validator(shape, format_checker=FormatChecker()).validate(sent[kind].get_json())
        wanted = {each["name"] for each in document["webhooks"][name]["post"]["parameters"]}
        assert wanted <= {header.lower() for header, _value in sent[kind].headers.items()}
    with pytest.raises(ValidationError):
        wrong = {**sent["order.ready"].get_json(), "type": "order.nothing"}
        shape = {"$ref": described["orderChanged"], "components": document["components"]}
        Draft202012Validator(shape).validate(wrong)


def test_a_script_of_an_administrator_reads_and_sends_again(
    httpserver: HTTPServer, endpoint: Endpoint, student: Student, administrator: Caller
) -> None:
    answer_with(httpserver, 204)
    deliver_codes_ready(student)
    (shown,) = administrator.get("webhooks").json()
    assert (shown["name"], shown["waiting"], shown["switched_off"]) == ("biblioteka", 1, None)
    assert "secret" not in str(shown)
    place = f"webhooks/{endpoint.pk}/deliveries"
    (waiting,) = administrator.get(f"{place}?state=waiting").json()["items"]
    again = f"{place}/{waiting['id']}/send-again"
    assert administrator.post(again).json()["code"] == "delivery_waits"
    WebhookWorker().run_round()
    one = administrator.get(f"{place}/{waiting['id']}").json()
    assert (one["state"], one["last_status"], one["type"]) == ("arrived", 204, "order.ready")
    assert one["order"] == str(student.orders.get().pk) and one["last_seconds"] > 0
    assert administrator.post(again).json()["state"] == "waiting"
    WebhookWorker().run_round()
    ids = [request.headers["Webhook-Id"] for request, _answer in httpserver.log]
    assert ids == [waiting["id"]] * 2


def test_a_script_of_an_administrator_sends_a_test_once_for_one_key(
    httpserver: HTTPServer, endpoint: Endpoint, administrator: Caller
) -> None:
    address = f"webhooks/{endpoint.pk}/test"
    made = [administrator.post(address, Idempotency_Key="a") for _ in range(2)]
    assert [answer.status_code for answer in made] == [201, 201]
    assert made[0].json()["id"] == made[1].json()["id"] == str(Delivery.objects.get().pk)
    Endpoint.objects.update(is_active=False)
    assert administrator.post(address).json()["code"] == "endpoint_off"
    assert administrator.post("webhooks/999/test").status_code == 404


def test_nobody_else_reads_or_sends(endpoint: Endpoint, office: Caller, script: Caller) -> None:
    for caller in (office, script):
        assert caller.get("webhooks").json()["code"] == "permission_denied"
        assert caller.post(f"webhooks/{endpoint.pk}/test").json()["code"] == "permission_denied"
    viewer = Caller(make_token(make_clerk("api.view_endpoint")))
    assert viewer.get("webhooks").status_code == 200
    assert viewer.post(f"webhooks/{endpoint.pk}/test").json()["code"] == "permission_denied"
    narrow = Caller(make_token(make_member(ADMINISTRATOR), "staff:read"))
    assert narrow.get("webhooks").json()["code"] == "insufficient_scope"
