"""Every operation against the sandbox as a process of its own; its ledger tells what really happened."""

import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from PIL import Image

from mdocs.mdokumenty import (
    AlreadyCollected,
    AlreadyRevoked,
    Holder,
    HolderHasDocument,
    IdempotencyConflict,
    Mdokumenty,
    NotCollected,
    NotIssued,
    OrderFinal,
    OrderRequest,
    OrderUnknown,
    OutcomeUnknown,
    Refused,
    ReissueRequired,
    RemoteOrder,
    RemoteStatus,
    RetryLater,
    RevocationReason,
)
from tests.mdocs.sandbox_process import Sandbox

from .examples import LAST_NAME, PESEL, failing, order_request

AT_ONCE = {"processing_seconds": [0, 0]}
NEVER = {"processing_seconds": [3600, 3600]}
NEXT_YEAR = datetime.now(UTC).date() + timedelta(days=365)
LATER_STILL = NEXT_YEAR + timedelta(days=180)


@pytest.fixture(scope="module")
def process() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(process: Sandbox) -> Sandbox:
    process.reset()
    process.behave(**AT_ONCE)
    return process


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Mdokumenty]:
    with closing(Mdokumenty(sandbox.url, timeout=5)) as client:
        yield client


def new_request(reference: UUID | None = None, **changes: Any) -> OrderRequest:
    picture = BytesIO()
    Image.new("RGB", (354, 496), "lightgrey").save(picture, "JPEG")
    holder = Holder(PESEL, "Anna Maria", LAST_NAME, date(2002, 7, 8), picture.getvalue())
    values = {"reference": reference or uuid4(), "holder": holder, "valid_until": NEXT_YEAR}
    return order_request(**values | changes)


def now(client: Mdokumenty, order: RemoteOrder) -> RemoteOrder:
    [answer] = client.query([order.order_id]).orders
    return answer


def until(client: Mdokumenty, order: RemoteOrder, status: RemoteStatus) -> RemoteOrder:
    for _ in range(200):
        answer = now(client, order)
        if answer.status is status:
            return answer
        time.sleep(0.02)
    raise AssertionError(f"the order is {answer.status} and not {status}")


def collected(client: Mdokumenty, sandbox: Sandbox) -> RemoteOrder:
    order = until(client, client.submit(new_request()), RemoteStatus.READY)
    assert order.codes is not None
    sandbox.activate(order.codes.qr_token, order.codes.activation_code)
    return now(client, order)


def test_an_order_goes_its_whole_way(client: Mdokumenty, sandbox: Sandbox) -> None:
    request = new_request()
    started = datetime.now(UTC)
    order = client.submit(request)
    assert order.client_reference == request.reference
    assert order.valid_until == NEXT_YEAR
    assert abs(order.created_at - started) < timedelta(seconds=5)

    ready = until(client, order, RemoteStatus.READY)
    assert ready.codes is not None
    assert ready.codes.expire_at > started + timedelta(days=29)
    document = sandbox.activate(ready.codes.qr_token, ready.codes.activation_code)
    assert document["last_name"] == LAST_NAME

    on_the_phone = now(client, order)
    assert on_the_phone.status is RemoteStatus.COLLECTED
    assert on_the_phone.codes is None

    assert client.extend(order.order_id, LATER_STILL).valid_until == LATER_STILL
    ended = client.revoke(order.order_id, RevocationReason.CARD_NOT_EXTENDED)
    assert ended.status is RemoteStatus.REVOKED
    assert not sandbox.verify(ready.codes.qr_token)["valid"]


def test_the_same_order_again_is_the_same_document(client: Mdokumenty, sandbox: Sandbox) -> None:
    request = new_request()
    assert client.submit(request).order_id == client.submit(request).order_id
    assert len(sandbox.orders()) == 1
    assert [call["status"] for call in sandbox.ledger()["calls"]] == [201, 200]


def test_the_same_key_with_another_body_is_a_conflict(client: Mdokumenty) -> None:
    reference = uuid4()
    client.submit(new_request(reference))
    error = failing(lambda: client.submit(new_request(reference, student_number="654321")))
    assert isinstance(error, IdempotencyConflict)


def test_a_second_document_for_a_holder_names_the_first(client: Mdokumenty) -> None:
    first = client.submit(new_request())
    error = failing(lambda: client.submit(new_request()))
    assert isinstance(error, HolderHasDocument)
    assert error.order_id == first.order_id


def test_a_holder_is_refused_at_once(client: Mdokumenty, sandbox: Sandbox) -> None:
    sandbox.behave(reject={PESEL: "holder_data_mismatch"})
    error = failing(lambda: client.submit(new_request()))
    assert isinstance(error, Refused)
    assert error.code == "holder_data_mismatch"
    assert error.message


def test_a_holder_is_refused_later(client: Mdokumenty, sandbox: Sandbox) -> None:
    sandbox.behave(**AT_ONCE, reject_later={PESEL: "photo_rejected"})
    order = until(client, client.submit(new_request()), RemoteStatus.REJECTED)
    assert order.rejection is not None
    assert order.rejection.code == "photo_rejected"


def test_codes_that_nobody_used_expire(client: Mdokumenty, sandbox: Sandbox) -> None:
    sandbox.behave(**AT_ONCE, codes_valid_seconds=0)
    order = until(client, client.submit(new_request()), RemoteStatus.EXPIRED)
    assert order.codes is None


def test_unknown_orders_are_told_as_missing(client: Mdokumenty) -> None:
    order = client.submit(new_request())
    answer = client.query([order.order_id, "mD-1999-0000001"])
    assert [known.order_id for known in answer.orders] == [order.order_id]
    assert answer.missing == {"mD-1999-0000001"}


def test_an_order_is_found_by_its_reference(client: Mdokumenty) -> None:
    request = new_request()
    assert client.find(request.reference) is None
    order = client.submit(request)
    found = client.find(request.reference)
    assert found is not None
    assert found.order_id == order.order_id


def test_an_order_is_cancelled_as_often_as_asked(client: Mdokumenty, sandbox: Sandbox) -> None:
    sandbox.behave(**NEVER)
    order = client.submit(new_request())
    for _ in range(2):
        assert client.cancel(order.order_id).status is RemoteStatus.CANCELLED
    error = failing(lambda: client.revoke(order.order_id, RevocationReason.HOLDER_REQUEST))
    assert isinstance(error, OrderFinal)
    assert error.status is RemoteStatus.CANCELLED


def test_a_document_is_revoked_as_often_as_asked(client: Mdokumenty, sandbox: Sandbox) -> None:
    order = collected(client, sandbox)
    for reason in (RevocationReason.HOLDER_REQUEST, RevocationReason.ISSUED_IN_ERROR):
        assert client.revoke(order.order_id, reason).status is RemoteStatus.REVOKED
    error = failing(lambda: client.cancel(order.order_id))
    assert isinstance(error, OrderFinal)
    assert error.status is RemoteStatus.REVOKED
    assert type(failing(lambda: client.extend(order.order_id, LATER_STILL))) is AlreadyRevoked


def test_what_is_not_issued_is_neither_revoked_nor_extended(client: Mdokumenty, sandbox: Sandbox) -> None:
    sandbox.behave(**NEVER)
    order = client.submit(new_request())
    revoked = failing(lambda: client.revoke(order.order_id, RevocationReason.HOLDER_REQUEST))
    extended = failing(lambda: client.extend(order.order_id, LATER_STILL))
    assert (type(revoked), type(extended)) == (NotIssued, NotCollected)


def test_what_is_on_a_phone_is_not_cancelled(client: Mdokumenty, sandbox: Sandbox) -> None:
    order = collected(client, sandbox)
    assert type(failing(lambda: client.cancel(order.order_id))) is AlreadyCollected


def test_some_extensions_need_a_new_order(client: Mdokumenty, sandbox: Sandbox) -> None:
    order = collected(client, sandbox)
    sandbox.behave(reissue_required=True)
    assert type(failing(lambda: client.extend(order.order_id, LATER_STILL))) is ReissueRequired


def test_an_order_that_is_not_known_is_not_changed(client: Mdokumenty) -> None:
    calls = [
        lambda: client.cancel("mD-1"),
        lambda: client.revoke("mD-1", RevocationReason.HOLDER_REQUEST),
        lambda: client.extend("mD-1", LATER_STILL),
    ]
    assert [type(failing(call)) for call in calls] == [OrderUnknown] * 3


def test_an_outage_means_later(client: Mdokumenty, sandbox: Sandbox) -> None:
    client.health()
    sandbox.behave(outage=True)
    assert isinstance(failing(client.health), RetryLater)
    error = failing(lambda: client.submit(new_request()))
    assert type(error) is RetryLater
    assert not error.not_done
    assert sandbox.orders() == []


@pytest.mark.parametrize(
    ("fault", "kind", "not_done", "orders"),
    [
        ("refuse", RetryLater, None, 0),
        ("error_500", RetryLater, False, 0),
        ("unavailable_503", RetryLater, False, 0),
        ("throttle_429", RetryLater, True, 0),
        ("drop_before", OutcomeUnknown, False, 0),
        ("drop_after", OutcomeUnknown, False, 1),
        ("hang", OutcomeUnknown, False, 1),
        ("garbage", OutcomeUnknown, False, 1),
    ],
)
def test_after_any_fault_the_same_order_again_makes_one_document(
    client: Mdokumenty,
    sandbox: Sandbox,
    fault: str,
    kind: type[RetryLater],
    not_done: bool | None,
    orders: int,
) -> None:
    request = new_request()
    sandbox.behave(**AT_ONCE, faults={fault: 1.0}, hang_seconds=1)
    with closing(Mdokumenty(sandbox.url, timeout=0.5)) as hasty:
        error = failing(lambda: hasty.submit(request))
    assert isinstance(error, kind)
    assert not_done is None or error.not_done is not_done
    assert len(sandbox.orders()) == orders

    sandbox.behave(**AT_ONCE)
    client.submit(request)
    assert len(sandbox.orders()) == 1
