"""What holds for every call to the wire."""

from typing import Any
from uuid import uuid4

import pytest

from tests.mdocs.sandbox.university import University, application, error
from tests.mdocs.sandbox_process import Sandbox

OPERATIONS: list[tuple[str, str, Any]] = [
    ("POST", "/v1/orders", application()),
    ("POST", "/v1/orders/query", {"order_ids": ["mD-2026-0000001"]}),
    ("GET", "/v1/orders?client_reference=5f0c1d6e-3b1f-4c58-9d7e-2a8e0f6b7c11", None),
    ("POST", "/v1/orders/mD-2026-0000001/cancel", {"reason": "holder_request"}),
    ("POST", "/v1/orders/mD-2026-0000001/revoke", {"reason": "holder_request"}),
    ("POST", "/v1/orders/mD-2026-0000001/extend", {"valid_until": "2027-10-31"}),
    ("GET", "/v1/health", None),
]
WITH_BODY = [(method, path) for method, path, body in OPERATIONS if body]


@pytest.mark.parametrize(("method", "path", "body"), OPERATIONS)
def test_every_call_needs_a_request_id(university: University, method: str, path: str, body: Any) -> None:
    answer = university.http.request(method, path, json=body)
    assert error(answer) == (400, "bad_request")
    assert "X-Request-Id" in answer.json()["error"]["message"]

    answer = university.call(method, path, json=body, headers={"X-Request-Id": "abc"})
    assert error(answer) == (400, "bad_request")


def test_the_request_id_comes_back(university: University) -> None:
    request_id = str(uuid4())

    answer = university.call("GET", "/v1/health", headers={"X-Request-Id": request_id})

    assert answer.headers["X-Request-Id"] == request_id


def test_health_is_ok(university: University) -> None:
    answer = university.call("GET", "/v1/health")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize(("method", "path"), WITH_BODY)
def test_a_body_must_be_called_json(university: University, method: str, path: str) -> None:
    headers = {"Content-Type": "text/plain", "Idempotency-Key": str(uuid4())}

    answer = university.call(method, path, content=b"{}", headers=headers)

    assert error(answer) == (415, "unsupported_media_type")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b'{"a": NaN}', b"\xff", b"[" * 100_000])
@pytest.mark.parametrize(("method", "path"), WITH_BODY)
def test_a_body_must_be_a_json_object(university: University, method: str, path: str, content: bytes) -> None:
    headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid4())}

    assert error(university.call(method, path, content=content, headers=headers)) == (400, "bad_request")


def test_an_address_that_does_not_exist_is_a_404_in_the_error_form(university: University) -> None:
    assert error(university.call("GET", "/v1/documents")) == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/v1/orders"),
        ("GET", "/v1/orders/query"),
        ("POST", "/v1/health"),
        ("GET", "/v1/orders/x/cancel"),
    ],
)
def test_a_method_that_an_address_does_not_take_is_a_405_in_the_error_form(
    university: University, method: str, path: str
) -> None:
    answer = university.call(method, path)

    assert error(answer) == (405, "method_not_allowed")
    assert answer.headers["Allow"]


def test_a_body_that_is_too_large_is_refused_in_the_error_form(university: University) -> None:
    headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid4())}

    answer = university.call("POST", "/v1/orders", content=b" " * (17 * 1024 * 1024), headers=headers)

    assert error(answer) == (413, "too_large")


def test_answers_are_json_that_no_cache_keeps(university: University) -> None:
    answer = university.submit(application())

    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_ledger_knows_every_call(sandbox: Sandbox, university: University) -> None:
    body = application()
    university.submit(body)
    university.call("GET", "/v1/health")
    university.http.get("/v1/health")

    first, second, third = sandbox.ledger()["calls"]

    assert (first["method"], first["path"], first["status"]) == ("POST", "/v1/orders", 201)
    assert (first["idempotency_key"], first["fault"]) == (body["client_reference"], None)
    assert (second["path"], second["status"], second["idempotency_key"]) == ("/v1/health", 200, None)
    assert third["status"] == 400
    assert first["at"] < second["at"] < third["at"]


def test_the_sandbox_s_own_doors_are_not_in_the_list_of_calls(sandbox: Sandbox) -> None:
    sandbox.behave()
    sandbox.verify("x")

    assert sandbox.ledger()["calls"] == []
