"""What goes out is what the contract says."""

import json
from collections.abc import Callable
from contextlib import closing
from datetime import date
from uuid import UUID

import pytest
from pytest_httpserver import HTTPServer

from mdocs.mdokumenty import Mdokumenty, RevocationReason

from .examples import ORDER_ID, PESEL, REFERENCE, order_request, pending


def test_an_order_is_posted_with_its_reference_as_key(client: Mdokumenty, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/orders", method="POST").respond_with_json(pending(), status=201)
    client.submit(order_request())
    [(request, _)] = httpserver.log
    assert request.headers["Idempotency-Key"] == str(REFERENCE)
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["Accept"] == "application/json"
    assert request.headers["Accept-Encoding"] == "identity"
    assert json.loads(request.get_data()) == {
        "document_type": "student_id",
        "client_reference": str(REFERENCE),
        "institution": {"code": "AIK", "name": "Akademia Ignatianum w Krakowie"},
        "holder": {
            "pesel": PESEL,
            "first_names": "Anna Maria",
            "last_name": "Brzęczyszczykiewicz",
            "birth_date": "2002-07-08",
            "photo": "/9j/cGhvdG8=",
        },
        "student_number": "123456",
        "card_number": "9988776655",
        "valid_until": "2027-03-31",
    }


def test_the_same_order_has_the_same_body_to_the_byte(client: Mdokumenty, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/orders").respond_with_json(pending())
    client.submit(order_request())
    client.submit(order_request())
    (first, _), (second, _) = httpserver.log
    assert first.get_data() == second.get_data()


def test_a_student_without_a_card_has_null_as_card_number(client: Mdokumenty, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/orders").respond_with_json(pending())
    client.submit(order_request(card_number=None))
    assert json.loads(httpserver.log[0][0].get_data())["card_number"] is None


def test_a_query_names_each_order_once(client: Mdokumenty, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/orders/query", method="POST").respond_with_json(
        {"orders": [], "missing": []}
    )
    client.query(["mD-2", "mD-1", "mD-2"])
    assert json.loads(httpserver.log[0][0].get_data()) == {"order_ids": ["mD-2", "mD-1"]}


@pytest.mark.parametrize("number", [1, 100])
def test_a_query_is_for_one_to_a_hundred_orders(
    client: Mdokumenty, httpserver: HTTPServer, number: int
) -> None:
    httpserver.expect_request("/v1/orders/query").respond_with_json({"orders": [], "missing": []})
    client.query([f"mD-{i}" for i in range(number)])
    assert len(json.loads(httpserver.log[0][0].get_data())["order_ids"]) == number


@pytest.mark.parametrize("number", [0, 101])
def test_a_query_for_another_number_is_not_sent(
    client: Mdokumenty, httpserver: HTTPServer, number: int
) -> None:
    with pytest.raises(ValueError, match="1 to 100"):
        client.query([f"mD-{i}" for i in range(number)])
    assert httpserver.log == []


def test_an_order_is_looked_for_by_its_reference(client: Mdokumenty, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/orders", method="GET").respond_with_json({"orders": []})
    assert client.find(REFERENCE) is None
    assert httpserver.log[0][0].query_string == f"client_reference={REFERENCE}".encode()


@pytest.mark.parametrize(
    ("verb", "call", "body"),
    [
        ("cancel", lambda client: client.cancel(ORDER_ID), {"reason": "holder_request"}),
        *[
            ("revoke", lambda client, reason=reason: client.revoke(ORDER_ID, reason), {"reason": reason})
            for reason in RevocationReason
        ],
        (
            "extend",
            lambda client: client.extend(ORDER_ID, date(2027, 10, 31)),
            {"valid_until": "2027-10-31"},
        ),
    ],
)
def test_an_order_is_changed_by_a_post_to_its_own_address(
    client: Mdokumenty,
    httpserver: HTTPServer,
    verb: str,
    call: Callable[[Mdokumenty], object],
    body: dict[str, str],
) -> None:
    httpserver.expect_request(f"/v1/orders/{ORDER_ID}/{verb}", method="POST").respond_with_json(pending())
    call(client)
    assert json.loads(httpserver.log[0][0].get_data()) == body


def test_an_odd_order_id_stays_one_part_of_the_address(client: Mdokumenty, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/orders/a/../b?c#d%2F/cancel").respond_with_json(
        pending(order_id="a/../b?c#d%2F")
    )
    client.cancel("a/../b?c#d%2F")
    environment = httpserver.log[0][0].environ
    assert environment["RAW_URI"] == "/v1/orders/a%2F..%2Fb%3Fc%23d%252F/cancel"


def test_the_base_address_may_have_a_path(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/gateway/v1/health").respond_with_json({"status": "ok"})
    with closing(Mdokumenty(httpserver.url_for("/gateway"), timeout=5)) as client:
        client.health()


def test_every_request_has_its_own_request_id(client: Mdokumenty, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/health").respond_with_json({"status": "ok"})
    client.health()
    client.health()
    ids = [request.headers["X-Request-Id"] for request, _ in httpserver.log]
    assert len({UUID(request_id) for request_id in ids}) == 2


@pytest.mark.parametrize("given", [str(REFERENCE), REFERENCE.hex])
def test_the_correlation_id_of_the_work_goes_along(httpserver: HTTPServer, given: str) -> None:
    httpserver.expect_request("/v1/health").respond_with_json({"status": "ok"})
    with closing(Mdokumenty(httpserver.url_for(""), timeout=5, request_id=lambda: given)) as client:
        client.health()
    assert httpserver.log[0][0].headers["X-Request-Id"] == str(REFERENCE)


@pytest.mark.parametrize("given", [None, "", "not-a-uuid", "x\r\nEvil: 1"])
def test_a_correlation_id_that_is_no_uuid_is_replaced(httpserver: HTTPServer, given: str | None) -> None:
    httpserver.expect_request("/v1/health").respond_with_json({"status": "ok"})
    with closing(Mdokumenty(httpserver.url_for(""), timeout=5, request_id=lambda: given)) as client:
        client.health()
    headers = httpserver.log[0][0].headers
    assert UUID(headers["X-Request-Id"]).version == 4
    assert "Evil" not in headers


@pytest.mark.parametrize(
    "url",
    [
        "https://mdokumenty.example",
        "https://mdokumenty.example:8443/api/",
        "http://127.0.0.1:8001",
        "http://127.1.2.3",
        "http://localhost:8001",
        "http://[::1]:8001",
    ],
)
def test_https_and_loopback_addresses_are_accepted(url: str) -> None:
    Mdokumenty(url, timeout=1).close()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mdokumenty.example",
        "http://mdokumenty.example",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "http://10.0.0.1",
        "http://0.0.0.0",
        "http://[::2]",
        "ftp://127.0.0.1",
        "https://",
        "https://user:password@mdokumenty.example",
        "https://mdokumenty.example?x=1",
        "https://mdokumenty.example#x",
        "https://mdokumenty.example:port",
    ],
)
def test_other_addresses_are_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="mDokumenty"):
        Mdokumenty(url, timeout=1)


@pytest.mark.parametrize(
    ("timeout", "connections"), [(0, 1), (-1, 1), (float("inf"), 1), (float("nan"), 1), (1, 0)]
)
def test_limits_that_make_no_sense_are_refused_at_once(timeout: float, connections: int) -> None:
    with pytest.raises(ValueError, match="timeout"):
        Mdokumenty("http://127.0.0.1:8001", timeout=timeout, connections=connections)
