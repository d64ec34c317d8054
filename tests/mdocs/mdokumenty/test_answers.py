"""Answers are read to the letter; what cannot be read decides nothing."""

import json
import logging
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from django.utils.timezone import localtime
from pytest_httpserver import HTTPServer

from mdocs.mdokumenty import (
    Codes,
    Mdokumenty,
    OutcomeUnknown,
    Rejection,
    RemoteOrder,
    RemoteStatus,
    RevocationReason,
)

from .examples import (
    ACTIVATION_CODE,
    ORDER_ID,
    QR_TOKEN,
    REFERENCE,
    Object,
    failing,
    order_request,
    pending,
    ready,
    rejected,
    without,
)

OTHER_REFERENCE = "11111111-8a3b-4d6a-9f6e-2b7d1c9a4e10"
SubmitAnswered = Callable[[object], RemoteOrder]


@pytest.fixture
def submit_answered(client: Mdokumenty, httpserver: HTTPServer) -> SubmitAnswered:
    """Submit an order to a server that gives this answer."""

    def submit(answer: object) -> RemoteOrder:
        httpserver.expect_request("/v1/orders").respond_with_data(
            json.dumps(answer), content_type="application/json"
        )
        return client.submit(order_request())

    return submit


def test_an_order_in_progress_is_read_whole(submit_answered: SubmitAnswered) -> None:
    assert submit_answered(pending()) == RemoteOrder(
        order_id=ORDER_ID,
        client_reference=REFERENCE,
        status=RemoteStatus.PENDING,
        valid_until=date(2027, 3, 31),
        created_at=datetime(2026, 11, 22, 10, 0, tzinfo=UTC),
        updated_at=datetime(2026, 11, 22, 10, 2, 11, tzinfo=UTC),
        codes=None,
        rejection=None,
    )


def test_a_ready_order_comes_with_its_codes(submit_answered: SubmitAnswered) -> None:
    expire_at = datetime(2026, 12, 22, 10, 2, 11, tzinfo=UTC)
    assert submit_answered(ready()).codes == Codes(QR_TOKEN, ACTIVATION_CODE, expire_at)


def test_codes_without_an_end_have_one_that_every_time_zone_can_show(submit_answered: SubmitAnswered) -> None:
    codes = submit_answered(ready(codes_expire_at="9999-12-31T23:59:59Z")).codes
    assert codes is not None
    assert localtime(codes.expire_at).year == 9999


def test_a_rejected_order_comes_with_the_reason(submit_answered: SubmitAnswered) -> None:
    rejection = {"code": "photo_rejected", "message": "Zdjęcie jest nieostre"}
    order = submit_answered(rejected(rejection=rejection))
    assert order.rejection == Rejection("photo_rejected", "Zdjęcie jest nieostre")


@pytest.mark.parametrize(
    "status", sorted({*RemoteStatus} - {RemoteStatus.READY, RemoteStatus.REJECTED, RemoteStatus.UNKNOWN})
)
def test_every_other_status_has_neither_codes_nor_a_reason(
    submit_answered: SubmitAnswered, status: str
) -> None:
    order = submit_answered(ready(status=status, rejection={"code": "x", "message": "x"}))
    assert (order.status, order.codes, order.rejection) == (status, None, None)


def test_unknown_members_are_ignored(submit_answered: SubmitAnswered) -> None:
    order = submit_answered(pending(colour="green", rejection=None, qr_token=None))
    assert order.status is RemoteStatus.PENDING


@pytest.mark.parametrize("name", ["suspended", "unknown", "READY", "ready "])
def test_an_unlisted_status_is_told_as_unknown_and_is_loud_in_the_log(
    submit_answered: SubmitAnswered, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    assert submit_answered(ready(status=name)).status is RemoteStatus.UNKNOWN
    [record] = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert ORDER_ID in record.getMessage()


def test_an_unlisted_status_cannot_smuggle_data_or_lines_into_the_log(
    submit_answered: SubmitAnswered, caplog: pytest.LogCaptureFixture
) -> None:
    submit_answered(pending(status="PESEL 02270803624\nERROR all is lost"))
    assert "all is lost" not in caplog.text


@pytest.mark.parametrize("order", [pending(), ready(), rejected()], ids=lambda order: order["status"])
def test_without_any_one_required_member_an_order_is_unreadable(
    client: Mdokumenty, httpserver: HTTPServer, order: Object
) -> None:
    for name in order:
        httpserver.clear()
        httpserver.expect_request("/v1/orders").respond_with_json(without(order, name))
        error = failing(lambda: client.submit(order_request()))
        assert isinstance(error, OutcomeUnknown), name
        assert name in str(error)


@pytest.mark.parametrize("order", [pending(), ready(), rejected()], ids=lambda order: order["status"])
@pytest.mark.parametrize("value", [None, 7, [], ""], ids=repr)
def test_with_a_wrong_type_in_any_one_member_an_order_is_unreadable(
    client: Mdokumenty, httpserver: HTTPServer, order: Object, value: object
) -> None:
    for name in order:
        httpserver.clear()
        httpserver.expect_request("/v1/orders").respond_with_json(order | {name: value})
        assert isinstance(failing(lambda: client.submit(order_request())), OutcomeUnknown), name


@pytest.mark.parametrize(
    "rejection",
    ["photo_rejected", {"code": "photo_rejected"}, {"message": "x"}, {"code": "", "message": "x"}],
    ids=repr,
)
def test_an_incomplete_rejection_rejects_nobody(submit_answered: SubmitAnswered, rejection: object) -> None:
    error = failing(lambda: submit_answered(rejected(rejection=rejection)))
    assert isinstance(error, OutcomeUnknown)


@pytest.mark.parametrize(
    "changes",
    [
        {"qr_token": "x"},
        {"qr_token": "x" * 512},
        {"activation_code": "1234"},
        {"activation_code": "AbCdEf123456"},
        {"codes_expire_at": "2026-12-22T10:02:11+00:00"},
        {"updated_at": "2026-11-22T10:02:11.123456Z"},
        {"order_id": "m"},
        {"order_id": "m" * 100},
        {"client_reference": str(REFERENCE).upper()},
        {"valid_until": "2028-02-29"},
    ],
    ids=repr,
)
def test_what_is_just_inside_the_limits_is_read(submit_answered: SubmitAnswered, changes: Object) -> None:
    assert submit_answered(ready(**changes)).codes is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"qr_token": "x" * 513},
        {"qr_token": "x\0x"},
        {"qr_token": "\ud800"},
        {"activation_code": "123"},
        {"activation_code": "1234567890123"},
        {"activation_code": "12 34"},
        {"activation_code": "12345\n"},
        {"activation_code": "zażółć"},
        {"codes_expire_at": "2026-12-22T10:02:11"},
        {"created_at": "2026-11-22T10:00:00"},
        {"updated_at": "2026-11-22T10:02:11"},
        {"updated_at": "2026-11-22T12:02:11+02:00"},
        {"updated_at": "2026-11-22"},
        {"updated_at": "2026-02-30T10:00:00Z"},
        {"updated_at": "yesterday"},
        {"order_id": "m" * 101},
        {"order_id": "mD 1"},
        {"order_id": "mD-1\n"},
        {"order_id": "mD-ż"},
        {"order_id": ".."},
        {"client_reference": "5f0c3f2e"},
        {"client_reference": OTHER_REFERENCE},
        {"valid_until": "20270331"},
        {"valid_until": "2027-W13-3"},
        {"valid_until": "2027-02-29"},
        {"valid_until": "2027-03-31T00:00:00Z"},
    ],
    ids=repr,
)
def test_what_is_just_outside_the_limits_is_unreadable(
    submit_answered: SubmitAnswered, changes: Object
) -> None:
    assert isinstance(failing(lambda: submit_answered(ready(**changes))), OutcomeUnknown)


def test_a_long_reason_is_cut_and_kept_on_one_line(submit_answered: SubmitAnswered) -> None:
    rejection = {"code": "c" * 65, "message": "a\0b\nc\ud800" + "m" * 500}
    read = submit_answered(rejected(rejection=rejection)).rejection
    assert read == Rejection("c" * 64, "a b c " + "m" * 494)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>02270803624</html>", b"{", b"null", b"[]", b'"x"', b"\xff\xfe{}", b"[" * 200_000],
    ids=lambda body: repr(body[:20]),
)
@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.submit(order_request()),
        lambda client: client.query([ORDER_ID]),
        lambda client: client.find(REFERENCE),
        lambda client: client.cancel(ORDER_ID),
    ],
    ids=["submit", "query", "find", "cancel"],
)
def test_what_is_not_a_json_object_decides_nothing(
    client: Mdokumenty, httpserver: HTTPServer, body: bytes, call: Callable[[Mdokumenty], object]
) -> None:
    httpserver.expect_request("/v1/orders").respond_with_data(body)
    httpserver.expect_request("/v1/orders/query").respond_with_data(body)
    httpserver.expect_request(f"/v1/orders/{ORDER_ID}/cancel").respond_with_data(body)
    error = failing(lambda: call(client))
    assert isinstance(error, OutcomeUnknown)
    assert not error.not_done


@pytest.mark.parametrize("verb", ["cancel", "revoke", "extend"])
def test_an_answer_about_another_order_is_unreadable(
    client: Mdokumenty, httpserver: HTTPServer, verb: str
) -> None:
    httpserver.expect_request(f"/v1/orders/mD-7/{verb}").respond_with_json(pending(order_id="mD-8"))
    calls: dict[str, Callable[[], object]] = {
        "cancel": lambda: client.cancel("mD-7"),
        "revoke": lambda: client.revoke("mD-7", RevocationReason.HOLDER_REQUEST),
        "extend": lambda: client.extend("mD-7", date(2027, 10, 31)),
    }
    assert isinstance(failing(calls[verb]), OutcomeUnknown)


class TestQuery:
    @pytest.fixture
    def query_answered(self, client: Mdokumenty, httpserver: HTTPServer) -> Callable[..., Any]:
        """Ask for mD-1, mD-2 and mD-3, and get this answer."""

        def query(**answer: object) -> Any:
            httpserver.expect_request("/v1/orders/query").respond_with_json(answer)
            return client.query(["mD-1", "mD-2", "mD-3"])

        return query

    def test_known_and_missing_orders_are_told_apart(self, query_answered: Callable[..., Any]) -> None:
        answer = query_answered(orders=[ready(order_id="mD-3"), pending(order_id="mD-1")], missing=["mD-2"])
        assert {order.order_id: order.status for order in answer.orders} == {
            "mD-1": "pending",
            "mD-3": "ready",
        }
        assert answer.missing == {"mD-2"}

    @pytest.mark.parametrize(
        "spoilt",
        [
            None,
            "mD-2",
            {},
            ready(order_id="mD-2", activation_code="1"),
            without(ready(order_id="mD-2"), "updated_at"),
        ],
        ids=["null", "text", "empty", "wrong code", "no time"],
    )
    def test_one_unreadable_order_does_not_spoil_the_others(
        self, query_answered: Callable[..., Any], caplog: pytest.LogCaptureFixture, spoilt: object
    ) -> None:
        orders = [pending(order_id="mD-1"), spoilt, pending(order_id="mD-3")]
        answer = query_answered(orders=orders, missing=[])
        assert [order.order_id for order in answer.orders] == ["mD-1", "mD-3"]
        assert answer.missing == frozenset()
        assert [record.levelname for record in caplog.records if record.name.startswith("mdocs")] == ["ERROR"]

    def test_an_order_that_was_not_asked_for_is_left_out(self, query_answered: Callable[..., Any]) -> None:
        answer = query_answered(orders=[pending(order_id="mD-9")], missing=["mD-8", "mD-2", 7])
        assert answer.orders == ()
        assert answer.missing == {"mD-2"}

    @pytest.mark.parametrize("newest_first", [True, False])
    def test_of_two_states_of_an_order_the_newer_counts(
        self, query_answered: Callable[..., Any], newest_first: bool
    ) -> None:
        states = [
            ready(order_id="mD-1", updated_at="2026-11-22T10:00:02Z"),
            pending(order_id="mD-1", updated_at="2026-11-22T10:00:01Z"),
        ]
        answer = query_answered(orders=states if newest_first else states[::-1], missing=["mD-1"])
        assert [order.status for order in answer.orders] == ["ready"]
        assert answer.missing == frozenset()

    @pytest.mark.parametrize(
        "answer",
        [
            {"orders": []},
            {"missing": []},
            {"orders": {}, "missing": []},
            {"orders": [], "missing": None},
        ],
        ids=repr,
    )
    def test_an_answer_without_both_lists_says_nothing(
        self, query_answered: Callable[..., Any], answer: Object
    ) -> None:
        assert isinstance(failing(lambda: query_answered(**answer)), OutcomeUnknown)


class TestFind:
    @pytest.fixture
    def found(self, client: Mdokumenty, httpserver: HTTPServer) -> Callable[..., RemoteOrder | None]:
        def find(*orders: object) -> RemoteOrder | None:
            httpserver.expect_request("/v1/orders").respond_with_json({"orders": orders})
            return client.find(REFERENCE)

        return find

    def test_an_order_that_arrived_is_found(self, found: Callable[..., RemoteOrder | None]) -> None:
        order = found(ready())
        assert order is not None
        assert order.codes is not None

    def test_an_empty_list_means_that_it_never_arrived(
        self, found: Callable[..., RemoteOrder | None]
    ) -> None:
        assert found() is None

    @pytest.mark.parametrize(
        "orders",
        [
            [pending(client_reference=OTHER_REFERENCE)],
            [without(pending(), "status")],
            [None, pending(client_reference=OTHER_REFERENCE)],
        ],
        ids=["another reference", "unreadable", "both"],
    )
    def test_a_list_of_others_does_not_mean_that_it_never_arrived(
        self, found: Callable[..., RemoteOrder | None], orders: list[object]
    ) -> None:
        assert isinstance(failing(lambda: found(*orders)), OutcomeUnknown)

    def test_of_several_the_newest_with_this_reference_counts(
        self, found: Callable[..., RemoteOrder | None]
    ) -> None:
        order = found(
            pending(order_id="mD-1", updated_at="2026-11-22T10:00:01Z"),
            pending(order_id="mD-2", updated_at="2026-11-22T10:00:03Z"),
            pending(order_id="mD-3", updated_at="2026-11-22T10:00:02Z"),
            pending(order_id="mD-4", updated_at="2026-11-22T10:00:04Z", client_reference=OTHER_REFERENCE),
        )
        assert order is not None
        assert order.order_id == "mD-2"
        assert order.client_reference == UUID(str(REFERENCE))

    @pytest.mark.parametrize("answer", [{}, {"orders": None}, {"orders": {}}], ids=repr)
    def test_an_answer_without_a_list_says_nothing(
        self, client: Mdokumenty, httpserver: HTTPServer, answer: Object
    ) -> None:
        httpserver.expect_request("/v1/orders").respond_with_json(answer)
        assert isinstance(failing(lambda: client.find(REFERENCE)), OutcomeUnknown)
