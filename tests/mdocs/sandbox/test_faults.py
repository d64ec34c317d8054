"""What the server does wrong when it is told to."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.mdocs.sandbox.university import University, application, collect, error
from tests.mdocs.sandbox_process import Sandbox
from tests.waiting import PATIENCE, wait_until


def _calls(sandbox: Sandbox) -> list[tuple[Any, Any]]:
    return [(call["status"], call["fault"]) for call in sandbox.ledger()["calls"]]


def test_refuse_resets_the_connection_and_does_nothing(sandbox: Sandbox, university: University) -> None:
    sandbox.behave(faults={"refuse": 1})

    with pytest.raises((httpx.ReadError, httpx.WriteError, httpx.ConnectError)):
        university.submit(application())

    assert sandbox.ledger()["orders"] == []
    assert _calls(sandbox) == [(None, "refuse")]


@pytest.mark.parametrize(
    ("fault", "status", "code", "retry_after"),
    [
        ("error_500", 500, "internal_error", None),
        ("unavailable_503", 503, "unavailable", "1"),
        ("throttle_429", 429, "too_many_requests", "1"),
    ],
)
def test_an_error_answer_comes_instead_of_the_work(
    sandbox: Sandbox, university: University, fault: str, status: int, code: str, retry_after: str | None
) -> None:
    sandbox.behave(faults={fault: 1})

    answer = university.submit(application())

    assert error(answer) == (status, code)
    assert answer.headers.get("Retry-After") == retry_after
    assert sandbox.ledger()["orders"] == []
    assert _calls(sandbox) == [(status, fault)]


@pytest.mark.parametrize(("fault", "orders"), [("drop_before", 0), ("drop_after", 1)])
def test_a_dropped_connection_leaves_the_work_undone_or_done(
    sandbox: Sandbox, university: University, fault: str, orders: int
) -> None:
    sandbox.behave(faults={fault: 1}, processing_seconds=[0, 0])

    with pytest.raises(httpx.RemoteProtocolError):
        university.submit(application())

    assert len(sandbox.orders()) == orders
    assert _calls(sandbox) == [(None, fault)]


def test_after_a_drop_the_same_key_finds_the_order_that_was_made(
    sandbox: Sandbox, university: University
) -> None:
    body = application()
    sandbox.behave(faults={"drop_after": 1})
    with pytest.raises(httpx.RemoteProtocolError):
        university.submit(body)
    sandbox.behave()

    assert university.submit(body).status_code == 200
    assert len(university.find(body["client_reference"]).json()["orders"]) == 1


def test_hang_does_the_work_and_answers_after_the_client_s_patience(sandbox: Sandbox) -> None:
    sandbox.behave(faults={"hang": 1}, hang_seconds=1.5)
    with University(sandbox, timeout=0.5) as hasty, pytest.raises(httpx.ReadTimeout):
        hasty.submit(application())

    wait_until(sandbox.orders, PATIENCE)
    assert len(sandbox.orders()) == 1
    assert _calls(sandbox) == [(201, "hang")]

    start = time.monotonic()
    with University(sandbox) as patient:
        assert patient.call("GET", "/v1/health").status_code == 200
    assert time.monotonic() - start >= 1.5


def test_garbage_does_the_work_and_answers_200_with_something_else(
    sandbox: Sandbox, university: University
) -> None:
    sandbox.behave(faults={"garbage": 1})

    answer = university.submit(application())

    assert answer.status_code == 200
    with pytest.raises(ValueError, match="Expecting value"):
        answer.json()
    assert len(sandbox.orders()) == 1
    assert _calls(sandbox) == [(200, "garbage")]


def test_stale_answers_a_question_with_an_older_state_and_its_date(
    sandbox: Sandbox, university: University
) -> None:
    ready = university.order()
    collect(sandbox, ready)
    university.extend(ready["order_id"], "2099-10-31")
    now = university.see(ready["order_id"])
    sandbox.behave(faults={"stale": 1})

    seen = [university.see(ready["order_id"]) for _ in range(30)]
    seen += university.find(ready["client_reference"]).json()["orders"]

    assert {order["status"] for order in seen} == {"pending", "processing", "ready", "collected"}
    assert all(order["updated_at"] < now["updated_at"] for order in seen)
    assert all(order["valid_until"] == "2099-03-31" for order in seen)
    assert all(("qr_token" in order) == (order["status"] == "ready") for order in seen)


def test_stale_leaves_other_calls_and_new_orders_alone(sandbox: Sandbox, university: University) -> None:
    sandbox.behave(faults={"stale": 1}, processing_seconds=[600, 600])

    order = university.order()

    assert university.see(order["order_id"]) == order
    assert _calls(sandbox) == [(201, None), (200, "stale")]


def test_an_outage_answers_503_to_everything_on_the_wire(sandbox: Sandbox, university: University) -> None:
    order_id = university.order()["order_id"]
    sandbox.behave(outage=True)

    answers = [
        university.submit(application()),
        university.query(order_id),
        university.find(application()["client_reference"]),
        university.cancel(order_id),
        university.revoke(order_id),
        university.extend(order_id, "2099-10-31"),
        university.call("GET", "/v1/health"),
    ]

    assert {error(answer) for answer in answers} == {(503, "unavailable")}
    assert _calls(sandbox)[1:] == [(503, "outage")] * 7
    assert [order["status"] for order in sandbox.orders()] == ["ready"]


@pytest.mark.parametrize("fault", ["refuse", "error_500", "drop_before", "drop_after", "garbage", "hang"])
def test_faults_stay_away_from_the_sandbox_s_own_doors(sandbox: Sandbox, fault: str) -> None:
    sandbox.behave(faults={fault: 1}, latency_seconds=[PATIENCE, PATIENCE], outage=True)

    start = time.monotonic()
    assert sandbox.ledger() == {"orders": [], "calls": []}
    assert sandbox.verify("x")["valid"] is False
    assert time.monotonic() - start < PATIENCE


def test_answers_take_as_long_as_the_latency_says(sandbox: Sandbox, university: University) -> None:
    sandbox.behave(latency_seconds=[0.3, 0.5])

    times = []
    for _ in range(3):
        start = time.monotonic()
        university.call("GET", "/v1/health")
        times.append(time.monotonic() - start)

    assert all(0.3 <= seconds < PATIENCE for seconds in times)


def test_latency_does_not_hold_up_other_calls(sandbox: Sandbox) -> None:
    sandbox.behave(latency_seconds=[1, 1])
    with University(sandbox) as university, ThreadPoolExecutor(20) as threads:
        start = time.monotonic()
        list(threads.map(lambda _: university.call("GET", "/v1/health"), range(20)))

    assert time.monotonic() - start < 10  # one after another: twenty


def test_faults_come_as_often_as_their_chance_and_in_the_same_sequence_with_the_same_seed(
    sandbox: Sandbox, university: University
) -> None:
    def run(seed: int) -> list[Any]:
        sandbox.reset()
        sandbox.behave(faults={"error_500": 0.3, "throttle_429": 0.2}, seed=seed)
        return [university.call("GET", "/v1/health").status_code for _ in range(200)]

    first = run(seed=1)

    assert run(seed=1) == first
    assert run(seed=2) != first
    assert 35 <= first.count(500) <= 85
    assert 20 <= first.count(429) <= 60


def test_chances_that_add_up_to_more_than_one_are_shares(sandbox: Sandbox, university: University) -> None:
    sandbox.behave(faults={"error_500": 1, "throttle_429": 1})

    answers = [university.call("GET", "/v1/health").status_code for _ in range(60)]

    assert set(answers) == {500, 429}
    assert 15 <= answers.count(500) <= 45


def test_the_server_lives_on_through_all_faults_at_once(sandbox: Sandbox, university: University) -> None:
    chances = dict.fromkeys(sandbox.behaviour()["faults"], 0.1)
    sandbox.behave(faults=chances, hang_seconds=0.05, processing_seconds=[0, 0])
    for _ in range(150):
        try:
            university.submit(application())
        except httpx.TransportError:
            continue

    sandbox.behave()

    calls = sandbox.ledger()["calls"]
    assert len(calls) == 150
    did = {None, "drop_after", "hang", "garbage"}
    assert len(sandbox.orders()) == sum(call["fault"] in did for call in calls)
    assert "Traceback" not in sandbox.log.read_text()
