"""PUT and GET /sandbox/behaviour, and the ledger's own doors."""

from typing import Any

import httpx
import pytest

from tests.mdocs.sandbox.university import University, error
from tests.mdocs.sandbox_process import Sandbox

DEFAULT = {
    "processing_seconds": [1, 3],
    "codes_valid_seconds": 2592000,
    "outage": False,
    "latency_seconds": [0, 0],
    "faults": {
        "refuse": 0.0,
        "error_500": 0.0,
        "unavailable_503": 0.0,
        "throttle_429": 0.0,
        "drop_before": 0.0,
        "drop_after": 0.0,
        "hang": 0.0,
        "garbage": 0.0,
        "stale": 0.0,
    },
    "reject": {},
    "seed": 1,
    "hang_seconds": 30,
    "reject_later": {},
    "reissue_required": False,
    "trouble": "",
}


def test_every_member_is_optional_and_what_is_not_named_takes_its_default(sandbox: Sandbox) -> None:
    sandbox.behave(outage=True, faults={"hang": 0.5}, reject={"02270803624": "photo_rejected"}, seed=9)
    changed = {"outage": True, "reject": {"02270803624": "photo_rejected"}, "seed": 9}
    assert sandbox.behaviour() == DEFAULT | changed | {"faults": DEFAULT["faults"] | {"hang": 0.5}}  # type: ignore[operator]

    sandbox.behave()

    assert sandbox.behaviour() == DEFAULT


@pytest.mark.parametrize(
    "body",
    [
        [],
        7,
        {"speed": 1},
        {"processing_seconds": 1},
        {"processing_seconds": [1]},
        {"processing_seconds": [1, 2, 3]},
        {"processing_seconds": [3, 1]},
        {"processing_seconds": [-1, 1]},
        {"processing_seconds": ["1", "3"]},
        {"processing_seconds": [False, True]},
        {"processing_seconds": [0, 1e12]},
        {"latency_seconds": [0, None]},
        {"codes_valid_seconds": "30 days"},
        {"codes_valid_seconds": -1},
        {"hang_seconds": True},
        {"outage": "yes"},
        {"outage": 1},
        {"faults": []},
        {"faults": {"earthquake": 1}},
        {"faults": {"hang": 1.1}},
        {"faults": {"hang": -0.1}},
        {"faults": {"hang": True}},
        {"reject": ["02270803624"]},
        {"reject": {"0227080362": "photo_rejected"}},
        {"reject": {"02270803624": "Photo rejected!"}},
        {"reject": {"02270803624": None}},
        {"reject_later": {"x": "photo_rejected"}},
        {"reissue_required": 0},
        {"seed": 1.5},
        {"seed": True},
        {"outage": True, "seed": "one"},
    ],
)
def test_a_wrong_behaviour_is_a_bad_request_and_changes_nothing(sandbox: Sandbox, body: Any) -> None:
    sandbox.behave(seed=42)

    answer = httpx.put(f"{sandbox.url}/sandbox/behaviour", json=body)

    assert error(answer) == (400, "bad_request")
    assert sandbox.behaviour() == DEFAULT | {"seed": 42}


def test_an_infinite_number_is_a_bad_request(sandbox: Sandbox) -> None:
    for body in ('{"codes_valid_seconds": Infinity}', '{"faults": {"hang": NaN}}', '{"hang_seconds": 1e999}'):
        headers = {"Content-Type": "application/json"}
        answer = httpx.put(f"{sandbox.url}/sandbox/behaviour", content=body, headers=headers)
        assert error(answer) == (400, "bad_request")


def test_emptying_the_ledger_forgets_orders_and_calls_but_not_the_behaviour(
    sandbox: Sandbox, university: University
) -> None:
    sandbox.behave(seed=42)
    first = university.order()

    assert httpx.delete(f"{sandbox.url}/sandbox/ledger").status_code == 204

    assert sandbox.ledger() == {"orders": [], "calls": []}
    assert university.query(first["order_id"]).json()["missing"] == [first["order_id"]]
    assert sandbox.behaviour()["seed"] == 42
    assert university.order()["order_id"] > first["order_id"]


def test_the_ledger_holds_what_was_ordered_without_the_photo(
    sandbox: Sandbox, university: University
) -> None:
    university.order(card_number="21990001234567")

    (order,) = sandbox.orders()

    assert order["holder"].keys() == {"pesel", "first_names", "last_name", "birth_date"}
    assert (order["student_number"], order["card_number"]) == ("123456", "21990001234567")
    assert order["institution"]["code"] == "AIK"


@pytest.mark.parametrize("path", ["/sandbox/ledger", "/sandbox/behaviour", "/sandbox/verify", "/"])
def test_a_foreign_page_cannot_drive_the_sandbox(sandbox: Sandbox, path: str) -> None:
    for method in ("POST", "PUT", "DELETE"):
        answer = httpx.request(method, sandbox.url + path, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code in (403, 405)
