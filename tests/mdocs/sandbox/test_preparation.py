"""How an order comes to its end at the ministry by itself, and how one asks about it."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from tests.mdocs.sandbox.university import University, application, collect, error, order_in
from tests.mdocs.sandbox_process import Sandbox

SECRETS = {"qr_token", "activation_code", "codes_expire_at"}


def _seconds(order: dict[str, Any], earlier: str, later: str) -> float:
    began = {status: datetime.fromisoformat(at) for status, at in order["history"]}
    return (began[later] - began[earlier]).total_seconds()


def test_an_order_goes_from_pending_over_processing_to_ready(
    sandbox: Sandbox, university: University
) -> None:
    sandbox.behave(processing_seconds=[2.4, 2.4])
    order_id = university.order()["order_id"]

    assert university.see(order_id)["status"] == "pending"
    assert university.see_when(order_id, "processing").keys().isdisjoint(SECRETS)
    ready = university.see_when(order_id, "ready")

    assert ready.keys() >= SECRETS
    (order,) = sandbox.orders()
    assert [status for status, _ in order["history"]] == ["pending", "processing", "ready"]
    assert _seconds(order, "pending", "processing") == pytest.approx(0.8)
    assert _seconds(order, "pending", "ready") == pytest.approx(2.4)
    assert order["updated_at"] == order["history"][-1][1]


def test_states_are_dated_when_they_began_and_not_when_somebody_looked(
    sandbox: Sandbox, university: University
) -> None:
    sandbox.behave(processing_seconds=[0.2, 0.2], codes_valid_seconds=0.1)
    order_id = university.order()["order_id"]

    university.see_when(order_id, "expired")

    (order,) = sandbox.orders()
    assert [status for status, _ in order["history"]] == ["pending", "processing", "ready", "expired"]
    assert _seconds(order, "pending", "ready") == pytest.approx(0.2)
    assert _seconds(order, "ready", "expired") == pytest.approx(0.1)


def test_processing_takes_different_times_within_the_range_and_the_same_with_the_same_seed(
    sandbox: Sandbox, university: University
) -> None:
    def times() -> list[float]:
        sandbox.reset()
        sandbox.behave(processing_seconds=[0.1, 0.4], seed=7)
        order_ids = [university.order()["order_id"] for _ in range(10)]
        for order_id in order_ids:
            university.see_when(order_id, "ready")
        return [round(_seconds(order, "pending", "ready"), 4) for order in sandbox.orders()]

    first = times()

    assert all(0.1 <= seconds <= 0.4 for seconds in first)
    assert len(set(first)) == 10
    assert times() == first


def test_the_codes_are_as_the_contract_says_and_never_twice_the_same(university: University) -> None:
    orders = [university.order() for _ in range(20)]

    for order in orders:
        assert 100 <= len(order["qr_token"]) <= 512
        assert len(order["activation_code"]) == 6
        assert not set(order["activation_code"]) & set("01OI")
        valid = datetime.fromisoformat(order["codes_expire_at"]) - datetime.fromisoformat(order["updated_at"])
        assert valid.days == 30
    assert len({order["qr_token"] for order in orders}) == 20
    assert len({order["activation_code"] for order in orders}) == 20


@pytest.mark.parametrize("status", ["collected", "expired", "cancelled", "revoked"])
def test_codes_are_told_with_ready_only_but_stay_in_the_ledger(
    sandbox: Sandbox, university: University, status: str
) -> None:
    order = order_in(sandbox, university, status)

    assert university.see(order["order_id"]).keys().isdisjoint(SECRETS)
    assert sandbox.orders()[0].keys() >= SECRETS


def test_codes_that_nobody_used_expire(sandbox: Sandbox, university: University) -> None:
    sandbox.behave(processing_seconds=[0, 0], codes_valid_seconds=0.3)
    order = university.order()
    assert order["status"] == "ready"

    expired = university.see_when(order["order_id"], "expired")

    assert expired["updated_at"] == order["codes_expire_at"]


def test_codes_that_were_used_do_not_expire(sandbox: Sandbox, university: University) -> None:
    sandbox.behave(processing_seconds=[0, 0], codes_valid_seconds=1.5)
    kept, lost = university.order(), university.order()
    collect(sandbox, kept)

    university.see_when(lost["order_id"], "expired")

    assert university.see(kept["order_id"])["status"] == "collected"


def test_a_holder_can_be_rejected_after_processing(sandbox: Sandbox, university: University) -> None:
    body = application()
    sandbox.behave(
        processing_seconds=[0.3, 0.3], reject_later={body["holder"]["pesel"]: "holder_data_mismatch"}
    )
    answer = university.submit(body)
    assert (answer.status_code, answer.json()["status"]) == (201, "pending")

    rejected = university.see_when(answer.json()["order_id"], "rejected")

    assert rejected["rejection"]["code"] == "holder_data_mismatch"
    assert rejected["rejection"]["message"]
    assert [status for status, _ in sandbox.orders()[0]["history"]] == ["pending", "processing", "rejected"]
    sandbox.behave()
    assert university.submit(application(holder=body["holder"])).status_code == 201


@pytest.mark.parametrize("status", ["pending", "processing"])
def test_orders_that_are_under_way_follow_a_change_of_pace(
    sandbox: Sandbox, university: University, status: str
) -> None:
    order = order_in(sandbox, university, status)
    before_the_change = datetime.now(UTC)

    sandbox.behave(processing_seconds=[0, 0])

    assert university.see(order["order_id"])["status"] == "ready"
    changes = sandbox.orders()[0]["history"][len(order["history"]) :]
    assert all(datetime.fromisoformat(at) > before_the_change for _, at in changes)


def test_a_query_sorts_known_from_missing(university: University) -> None:
    one, two = university.order()["order_id"], university.order()["order_id"]

    answer = university.query(one, "mD-2026-9999999", two, one)

    assert answer.status_code == 200
    assert sorted(order["order_id"] for order in answer.json()["orders"]) == [one, two]
    assert answer.json()["missing"] == ["mD-2026-9999999"]


def test_a_query_takes_one_to_a_hundred_ids(university: University) -> None:
    ids = [f"mD-2026-1{number:06}" for number in range(101)]

    assert len(university.query(*ids[:1]).json()["missing"]) == 1
    assert len(university.query(*ids[:100]).json()["missing"]) == 100
    assert error(university.query(*ids)) == (400, "bad_request")
    assert error(university.query()) == (400, "bad_request")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"order_ids": "mD-2026-0000001"},
        {"order_ids": [1]},
        {"order_ids": [None]},
        {"order_ids": ["x"], "since": "yesterday"},
    ],
)
def test_a_malformed_query_is_a_bad_request(university: University, body: dict[str, Any]) -> None:
    assert error(university.call("POST", "/v1/orders/query", json=body)) == (400, "bad_request")


def test_an_order_is_found_by_its_client_reference(university: University) -> None:
    order = university.order()

    found = university.find(order["client_reference"])

    assert (found.status_code, found.json()) == (200, {"orders": [order]})
    nothing = university.find(str(uuid4()))
    assert (nothing.status_code, nothing.json()) == (200, {"orders": []})


@pytest.mark.parametrize(
    "path", ["/v1/orders", "/v1/orders?client_reference=", "/v1/orders?client_reference=7"]
)
def test_a_search_needs_a_client_reference(university: University, path: str) -> None:
    assert error(university.call("GET", path)) == (400, "bad_request")
