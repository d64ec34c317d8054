"""Every error is problem details (RFC 9457), says what is wrong with which field, and changes nothing."""

from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from api import problems
from mdocs.models import Order
from mdocs.statuses import Status
from students.models import Student
from tests.api.caller import Caller, make_token
from tests.mdocs.factories import make_order


def check(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content
    assert answer["Content-Type"] == problems.MEDIA_TYPE
    told: dict[str, Any] = answer.json()
    assert told["status"] == status
    assert told["type"] == f"urn:mlegitymacja:problem:{code}"
    assert told["title"] and told["instance"].startswith("/api/")
    assert "no-store" in answer["Cache-Control"]
    return told


def test_nobody_is_asked_who_they_are(db: None) -> None:
    answer = Client().get("/api/v1/me/order")
    check(answer, 401, "not_authenticated")
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=x", "limit"),
        ("limit=1&limit=2", "limit"),
        ("cursor=x", "cursor"),
        ("cursor=cD1ub25zZW5zZQ==", "cursor"),  # p=nonsense
        ("unknown=1", "unknown"),
        ("format=xml", "format"),
    ],
)
def test_a_parameter_that_means_nothing_is_named(script: Caller, asked: str, field: str) -> None:
    told = check(script.get(f"me/orders?{asked}"), 400, "invalid")
    assert list(told["errors"]) == [field] and told["errors"][field]
    assert "?" not in told["instance"]


def test_an_address_that_is_not_there(script: Caller) -> None:
    check(script.get("nothing"), 404, "not_found")
    check(script.get("students/99999999999999999999999999"), 403, "permission_denied")


def test_a_method_that_is_not_there(script: Caller) -> None:
    answer = script.post("me/eligibility")
    check(answer, 405, "method_not_allowed")
    assert answer["Allow"] == "GET, HEAD"


def test_an_answer_in_another_format(script: Caller) -> None:
    check(script.get("me/eligibility", Accept="text/html"), 406, "not_acceptable")


def test_a_body_in_another_format(office: Caller) -> None:
    check(
        office.post("students/search", b"pesel=1", Content_Type="text/plain"), 415, "unsupported_media_type"
    )


@pytest.mark.parametrize("body", [b"{", b"\xff", b"NaN"])
def test_a_body_that_is_no_json(office: Caller, body: bytes) -> None:
    check(office.post("students/search", body), 400, "malformed")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "pesel"),
        ({"pesel": "1", "more": 1}, "more"),
        ([], ""),
        ({"pesel": {}}, "pesel"),
        ({"pesel": "\0"}, "pesel"),
    ],
)
def test_a_body_with_a_mistake_names_the_field(office: Caller, body: Any, field: str) -> None:
    assert list(check(office.post("students/search", body), 400, "invalid")["errors"]) == [field]


def test_a_body_that_is_too_large(office: Caller, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    check(office.post("students/search", {"pesel": "44051401359"}), 413, "too_large")


def test_a_mistake_of_ours(script: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object) -> None:
        raise RuntimeError("something personal")

    monkeypatch.setattr("api.views.own.eligibility_of", broken)
    answer = script.get("me/eligibility")
    check(answer, 500, "server_error")
    assert "personal" not in answer.content.decode()


def test_titles_are_in_the_language_of_the_request(script: Caller, student: Student) -> None:
    make_order(student, Status.WAITING)
    with translation.override("pl"):
        assert script.post("me/orders").json()["title"] == "Jest już zamówienie, które trwa"


@pytest.mark.parametrize(
    ("method", "address", "headers"),
    [
        ("GET", "students?q=44051401359", {}),
        ("GET", "orders?cursor=x", {}),
        ("GET", "orders?nothing=1", {}),
        ("POST", "cards/1/extend", {}),
        ("POST", "cards/1/extend", {"Idempotency-Key": "ż"}),
    ],
)
def test_mistakes_are_named_in_the_language_of_the_request(
    office: Caller, method: str, address: str, headers: dict[str, str]
) -> None:
    body = b'{"until": "2026-03-31"}' if headers else b""
    texts = []
    for language in ("pl", "en"):
        sent = {"Authorization": f"Bearer {office.token}", "Accept-Language": language, **headers}
        answer = office.client.generic(
            method, f"/api/v1/{address}", body, content_type="application/json", headers=sent
        )
        texts.append(check(answer, 400, "invalid")["errors"])
    polish, english = texts
    assert set(polish) == set(english) and all(polish[name] != english[name] for name in polish)


def test_calls_are_counted_down_and_then_refused(student: Student, settings: Any) -> None:
    settings.API_CALLS_PER_MINUTE = 3
    callers = [Caller(make_token(student.user)) for _ in range(2)]  # one user, whatever the token
    answers = [callers[number % 2].get("me/eligibility") for number in range(3)]
    if len({answer["RateLimit-Remaining"] for answer in answers}) == 3:  # no minute began in between
        assert [answer["RateLimit-Remaining"] for answer in answers] == ["2", "1", "0"]
        refused = callers[0].post("me/orders")
        check(refused, 429, "throttled")
        assert 1 <= int(refused["Retry-After"]) <= 61
        assert (refused["RateLimit-Limit"], refused["RateLimit-Remaining"]) == ("3", "0")
        assert 1 <= int(refused["RateLimit-Reset"]) <= 60
        assert not Order.objects.exists()


def test_while_redis_is_away_everybody_is_let_through(script: Caller, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.API_CALLS_PER_MINUTE = 1
    answers = [script.get("me/eligibility") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert "RateLimit-Limit" not in answers[0]


def test_what_has_not_changed_is_not_sent_again(script: Caller, student: Student) -> None:
    order = make_order(student, Status.PROCESSING)
    first = script.get("me/order")
    again = script.get("me/order", If_None_Match=first["ETag"])
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    script.post(f"me/orders/{order.pk}/cancel")
    changed = script.get("me/order", If_None_Match=first["ETag"])
    assert (changed.status_code, changed.json()["status"]) == (200, "cancelling")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_has_not_changed_still_counts(script: Caller, student: Student, method: str) -> None:
    make_order(student, Status.CANCELLED)
    first = script.get("me/order")
    headers = {"Authorization": f"Bearer {script.token}", "If-None-Match": first["ETag"]}
    again = script.client.generic(method, "/api/v1/me/order", headers=headers)
    assert again.status_code == 304
    assert {"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"} <= set(again.headers)


def test_what_is_wanted_only_as_it_was(script: Caller, student: Student) -> None:
    make_order(student, Status.CANCELLED)
    first = script.get("me/order")
    assert script.get("me/order", If_Match=first["ETag"]).status_code == 200
    refused = script.get("me/order", If_Match='"another"')
    check(refused, 412, "precondition_failed")
    assert refused["RateLimit-Limit"]


@pytest.mark.parametrize("address", ["/api/v1/schema/", "/api/v1/docs/"])
def test_what_describes_the_api_refuses_as_the_api_does(client: Client, address: str) -> None:
    check(client.post(address), 405, "method_not_allowed")
    check(client.options(address), 405, "method_not_allowed")
    check(client.get(address, headers={"Accept": "image/png"}), 406, "not_acceptable")


def test_no_other_site_may_call_from_a_browser(script: Caller) -> None:
    answer = script.get("me/eligibility", Origin="https://elsewhere.example")
    assert "Access-Control-Allow-Origin" not in answer
