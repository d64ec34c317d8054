"""Cancelling, revoking and extending: every state against every operation."""

from typing import Any

import pytest

from tests.mdocs.sandbox.university import University, error, order_in
from tests.mdocs.sandbox_process import Sandbox

STATES = ["pending", "processing", "ready", "collected", "rejected", "expired", "cancelled", "revoked"]
LATER = "2099-10-31"

CANCEL = {
    "pending": "cancelled",
    "processing": "cancelled",
    "ready": "cancelled",
    "cancelled": "cancelled",
    "collected": "already_collected",
    "rejected": "order_final",
    "expired": "order_final",
    "revoked": "order_final",
}
REVOKE = {
    "ready": "revoked",
    "collected": "revoked",
    "revoked": "revoked",
    "pending": "not_issued",
    "processing": "not_issued",
    "rejected": "order_final",
    "expired": "order_final",
    "cancelled": "order_final",
}
EXTEND = dict.fromkeys(STATES, "not_collected") | {"collected": "collected", "revoked": "revoked"}


def _outcome(answer: Any) -> tuple[int, str]:
    return (200, answer.json()["status"]) if answer.status_code == 200 else error(answer)


@pytest.mark.parametrize("status", STATES)
def test_cancelling(sandbox: Sandbox, university: University, status: str) -> None:
    order_id = order_in(sandbox, university, status)["order_id"]
    done = CANCEL[status] == "cancelled"

    answer = university.cancel(order_id)

    assert _outcome(answer) == (200 if done else 409, CANCEL[status])
    assert answer.json().get("error", {}).get("status") == (
        status if CANCEL[status] == "order_final" else None
    )
    assert university.see(order_id)["status"] == ("cancelled" if done else status)


@pytest.mark.parametrize("status", STATES)
def test_revoking(sandbox: Sandbox, university: University, status: str) -> None:
    order_id = order_in(sandbox, university, status)["order_id"]
    done = REVOKE[status] == "revoked"

    answer = university.revoke(order_id)

    assert _outcome(answer) == (200 if done else 409, REVOKE[status])
    assert answer.json().get("error", {}).get("status") == (
        status if REVOKE[status] == "order_final" else None
    )
    assert university.see(order_id)["status"] == ("revoked" if done else status)


@pytest.mark.parametrize("status", STATES)
def test_extending(sandbox: Sandbox, university: University, status: str) -> None:
    order = order_in(sandbox, university, status)

    answer = university.extend(order["order_id"], LATER)

    assert _outcome(answer) == (200 if status == "collected" else 409, EXTEND[status])
    expected = LATER if status == "collected" else order["valid_until"]
    assert university.see(order["order_id"])["valid_until"] == expected


@pytest.mark.parametrize(
    ("status", "operation"), [("ready", "cancel"), ("ready", "revoke"), ("collected", "revoke")]
)
def test_ending_twice_is_answered_alike_and_changes_nothing_more(
    sandbox: Sandbox, university: University, status: str, operation: str
) -> None:
    order_id = order_in(sandbox, university, status)["order_id"]
    end = getattr(university, operation)

    first, second = end(order_id), end(order_id)

    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()


def test_extending_twice_is_answered_alike_and_changes_nothing_more(
    sandbox: Sandbox, university: University
) -> None:
    order = order_in(sandbox, university, "collected")

    first, second = (university.extend(order["order_id"], LATER) for _ in range(2))

    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    assert first.json()["updated_at"] > order["updated_at"]
    history = sandbox.orders()[0]["history"]
    assert [status for status, _ in history] == ["pending", "processing", "ready", "collected"]


def test_a_document_is_not_shortened(sandbox: Sandbox, university: University) -> None:
    order = order_in(sandbox, university, "collected")

    assert error(university.extend(order["order_id"], "2098-01-01")) == (400, "bad_request")
    assert university.see(order["order_id"])["valid_until"] == "2099-03-31"


def test_a_document_that_has_run_out_needs_a_new_order(sandbox: Sandbox, university: University) -> None:
    order = order_in(sandbox, university, "collected", valid_until="2020-03-31")

    assert error(university.extend(order["order_id"], LATER)) == (409, "reissue_required")
    assert university.see(order["order_id"])["valid_until"] == "2020-03-31"


def test_the_ministry_can_ask_for_a_new_order_at_every_extension(
    sandbox: Sandbox, university: University
) -> None:
    order = order_in(sandbox, university, "collected")
    sandbox.behave(reissue_required=True)

    assert error(university.extend(order["order_id"], LATER)) == (409, "reissue_required")


@pytest.mark.parametrize(
    "reason",
    [
        *["holder_request", "card_not_extended", "card_invalidated"],
        *["student_status_lost", "holder_data_changed", "issued_in_error"],
    ],
)
def test_every_reason_of_the_contract_revokes(university: University, reason: str) -> None:
    assert university.revoke(university.order()["order_id"], reason).json()["status"] == "revoked"


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("cancel", {}),
        ("cancel", {"reason": "card_invalidated"}),
        ("cancel", {"reason": "holder_request", "note": "x"}),
        ("revoke", {}),
        ("revoke", {"reason": "boredom"}),
        ("revoke", {"reason": None}),
        ("extend", {}),
        ("extend", {"valid_until": "31.10.2099"}),
        ("extend", {"valid_until": "2099-02-30"}),
        ("extend", {"valid_until": LATER, "reason": "x"}),
    ],
)
def test_a_malformed_request_is_a_bad_request_and_changes_nothing(
    sandbox: Sandbox, university: University, operation: str, body: dict[str, Any]
) -> None:
    order = order_in(sandbox, university, "collected" if operation == "extend" else "ready")

    answer = university.call("POST", f"/v1/orders/{order['order_id']}/{operation}", json=body)

    assert error(answer) == (400, "bad_request")
    assert university.see(order["order_id"])["updated_at"] == order["updated_at"]


@pytest.mark.parametrize("operation", ["cancel", "revoke"])
@pytest.mark.parametrize("order_id", ["mD-2026-9999999", "x", "%00", "..%2F.."])
def test_an_order_that_does_not_exist_is_unknown(
    university: University, operation: str, order_id: str
) -> None:
    assert error(getattr(university, operation)(order_id)) == (404, "order_unknown")


def test_an_order_that_does_not_exist_cannot_be_extended(university: University) -> None:
    assert error(university.extend("mD-2026-9999999", LATER)) == (404, "order_unknown")
