"""The contract's table (docs/reference/mdokumenty.md, Errors): status and code, and what the engine is told."""

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer

from mdocs.mdokumenty import (
    AlreadyCollected,
    AlreadyRevoked,
    Cause,
    Conflict,
    EarlierUnnamed,
    ForeignRefusal,
    HolderHasDocument,
    IdempotencyConflict,
    Mdokumenty,
    MdokumentyError,
    NotAccepted,
    NotCollected,
    NotIssued,
    OrderFinal,
    OrderUnknown,
    OurMistake,
    OutcomeUnknown,
    Refused,
    ReissueRequired,
    RemoteStatus,
    RetryLater,
    RevocationReason,
)
from mdocs.mdokumenty.failures import read_retry_after

from .examples import ACTIVATION_CODE, LAST_NAME, ORDER_ID, PESEL, QR_TOKEN, REFERENCE, failing, order_request

CALLS: dict[str, Callable[[Mdokumenty], object]] = {
    "submit": lambda client: client.submit(order_request()),
    "query": lambda client: client.query([ORDER_ID]),
    "find": lambda client: client.find(REFERENCE),
    "cancel": lambda client: client.cancel(ORDER_ID),
    "revoke": lambda client: client.revoke(ORDER_ID, RevocationReason.HOLDER_REQUEST),
    "extend": lambda client: client.extend(ORDER_ID, date(2027, 10, 31)),
}
EACH_KIND = ["submit", "query", "cancel"]
OF_AN_ORDER = ["cancel", "revoke", "extend"]
PAGE = f"<html>{PESEL} {LAST_NAME} {QR_TOKEN} {ACTIVATION_CODE}</html>"
INDISCREET = f"{LAST_NAME}, PESEL {PESEL}, {ACTIVATION_CODE}: nie"

Fail = Callable[..., MdokumentyError]


@pytest.fixture
def fail(client: Mdokumenty, httpserver: HTTPServer) -> Fail:
    """Make a call that is answered with this status and body, or with this error."""

    def make(
        call: str, status: int, body: object = PAGE, headers: dict[str, str] | None = None
    ) -> MdokumentyError:
        expected = httpserver.expect_request(re.compile(".*"))
        if isinstance(body, str):
            expected.respond_with_data(body, status=status, headers=headers)
        else:
            expected.respond_with_json(body, status=status, headers=headers)
        return failing(lambda: CALLS[call](client))

    return make


def error(code: object, **members: object) -> dict[str, object]:
    return {"error": {"code": code, "message": INDISCREET} | members}


@pytest.mark.parametrize("call", EACH_KIND)
@pytest.mark.parametrize("status", [425, 429])
def test_busy_means_later_and_that_nothing_was_done(fail: Fail, call: str, status: int) -> None:
    raised = fail(call, status)
    assert type(raised) is RetryLater
    assert raised.not_done


@pytest.mark.parametrize("call", EACH_KIND)
@pytest.mark.parametrize("status", [408, 500, 501, 502, 503, 504, 599])
def test_broken_means_later_and_that_it_may_have_been_done(fail: Fail, call: str, status: int) -> None:
    raised = fail(call, status)
    assert type(raised) is RetryLater
    assert not raised.not_done


@pytest.mark.parametrize("call", EACH_KIND)
@pytest.mark.parametrize(("status", "cause"), [(401, Cause.UNAUTHORISED), (403, Cause.FORBIDDEN)])
def test_an_unaccepted_certificate_or_agreement_is_told_as_such(
    fail: Fail, call: str, status: int, cause: Cause
) -> None:
    raised = fail(call, status, error("certificate_unknown"))
    assert isinstance(raised, NotAccepted)
    assert raised.cause is cause


@pytest.mark.parametrize("call", EACH_KIND)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 413, 415, 418, 422, 495, 496])
@pytest.mark.parametrize(
    "body", [PAGE, "", [], {}, {"error": None}, {"error": "order_unknown"}, {"error": {"code": 7}}], ids=repr
)
def test_a_no_that_is_not_mdokumentys_is_no_verdict(fail: Fail, call: str, status: int, body: object) -> None:
    raised = fail(call, status, body)
    assert isinstance(raised, ForeignRefusal)
    assert (raised.cause, raised.not_done) == (Cause.FOREIGN_REFUSAL, False)
    assert str(raised).startswith(f"HTTP {status}")


@pytest.mark.parametrize("content_type", ["text/html", "text/plain; charset=utf-8", ""])
def test_an_error_object_that_is_not_called_json_is_no_verdict(
    client: Mdokumenty, httpserver: HTTPServer, content_type: str
) -> None:
    body = json.dumps(error("photo_rejected"))
    httpserver.expect_request("/v1/orders").respond_with_data(body, status=422, content_type=content_type)
    assert isinstance(failing(lambda: client.submit(order_request())), ForeignRefusal)


@pytest.mark.parametrize(
    "content_type", ["application/json", "Application/JSON; charset=UTF-8", "application/problem+json"]
)
def test_an_error_object_that_is_called_json_is_one(
    client: Mdokumenty, httpserver: HTTPServer, content_type: str
) -> None:
    body = json.dumps(error("photo_rejected"))
    httpserver.expect_request("/v1/orders").respond_with_data(body, status=422, content_type=content_type)
    assert isinstance(failing(lambda: client.submit(order_request())), Refused)


@pytest.mark.parametrize("call", EACH_KIND)
@pytest.mark.parametrize("status", [400, 405, 413, 415, 418])
def test_a_wrong_request_is_our_mistake(fail: Fail, call: str, status: int) -> None:
    raised = fail(call, status, error("bad_request"))
    assert isinstance(raised, OurMistake)
    assert raised.code == "bad_request"


@pytest.mark.parametrize("body", [error("not_found"), error("order_unknown")], ids=repr)
def test_no_place_to_order_is_our_mistake(fail: Fail, body: object) -> None:
    assert isinstance(fail("submit", 404, body), OurMistake)


@pytest.mark.parametrize(
    ("status", "not_done"),
    [(400, True), (404, True), (405, True), (415, True), (409, False), (413, False), (418, False)],
)
def test_only_a_mistake_of_the_contract_says_that_nothing_was_done(
    fail: Fail, status: int, not_done: bool
) -> None:
    raised = fail("submit", status, error("stars_misaligned"))
    assert isinstance(raised, OurMistake)
    assert raised.not_done is not_done


@pytest.mark.parametrize("call", OF_AN_ORDER)
def test_an_order_that_is_not_known_there(fail: Fail, call: str) -> None:
    assert isinstance(fail(call, 404, error("order_unknown")), OrderUnknown)


@pytest.mark.parametrize("call", [*OF_AN_ORDER, "query", "find"])
def test_another_404_is_our_mistake(fail: Fail, call: str) -> None:
    assert isinstance(fail(call, 404, error("no_such_path")), OurMistake)


@pytest.mark.parametrize("call", ["query", "find"])
def test_a_question_is_never_answered_with_order_unknown(fail: Fail, call: str) -> None:
    assert isinstance(fail(call, 404, error("order_unknown")), OurMistake)


@pytest.mark.parametrize(
    ("call", "code", "kind"),
    [
        ("submit", "idempotency_conflict", IdempotencyConflict),
        ("cancel", "already_collected", AlreadyCollected),
        ("revoke", "not_issued", NotIssued),
        ("extend", "not_collected", NotCollected),
        ("extend", "revoked", AlreadyRevoked),
        ("extend", "reissue_required", ReissueRequired),
    ],
)
def test_each_conflict_has_its_own_name(
    fail: Fail, call: str, code: str, kind: type[MdokumentyError]
) -> None:
    raised = fail(call, 409, error(code))
    assert type(raised) is kind
    assert isinstance(raised, Conflict)
    assert raised.code == code


def test_a_holder_with_a_document_comes_with_its_order(fail: Fail) -> None:
    raised = fail("submit", 409, error("holder_has_document", order_id="mD-7"))
    assert isinstance(raised, HolderHasDocument)
    assert raised.order_id == "mD-7"


@pytest.mark.parametrize("order_id", [None, 7, "", "mD 7", "m" * 101], ids=repr)
def test_a_holder_with_a_document_that_is_not_named_is_told_as_such(fail: Fail, order_id: object) -> None:
    assert type(fail("submit", 409, error("holder_has_document", order_id=order_id))) is EarlierUnnamed
    assert type(fail("submit", 409, error("holder_has_document"))) is EarlierUnnamed


@pytest.mark.parametrize("call", ["cancel", "revoke"])
@pytest.mark.parametrize("status", ["rejected", "expired", "cancelled", "revoked"])
def test_a_final_order_comes_with_its_status(fail: Fail, call: str, status: str) -> None:
    raised = fail(call, 409, error("order_final", status=status))
    assert isinstance(raised, OrderFinal)
    assert raised.status is RemoteStatus(status)


def test_a_final_status_that_is_not_listed_is_unknown_and_loud(
    fail: Fail, caplog: pytest.LogCaptureFixture
) -> None:
    raised = fail("cancel", 409, error("order_final", status="melted"))
    assert isinstance(raised, OrderFinal)
    assert raised.status is RemoteStatus.UNKNOWN
    assert [record.levelname for record in caplog.records if record.name.startswith("mdocs")] == ["ERROR"]


@pytest.mark.parametrize("members", [{}, {"status": None}, {"status": 7}, {"status": ""}], ids=repr)
def test_a_final_order_without_a_status_decides_nothing(fail: Fail, members: dict[str, object]) -> None:
    assert type(fail("cancel", 409, error("order_final", **members))) is OutcomeUnknown


@pytest.mark.parametrize("call", CALLS)
def test_a_conflict_that_is_not_known_is_our_mistake(fail: Fail, call: str) -> None:
    raised = fail(call, 409, error("stars_misaligned"))
    assert isinstance(raised, OurMistake)
    assert raised.code == "stars_misaligned"


@pytest.mark.parametrize(
    "code",
    ["holder_unknown", "holder_data_mismatch", "photo_rejected", "institution_not_authorised", "brand_new"],
)
def test_the_ministry_refuses_with_a_code_and_a_message(fail: Fail, code: str) -> None:
    raised = fail("submit", 422, error(code))
    assert isinstance(raised, Refused)
    assert (raised.code, raised.message) == (code, INDISCREET)


@pytest.mark.parametrize(("length", "kept"), [(64, 64), (65, 64)])
def test_a_long_code_is_cut(fail: Fail, length: int, kept: int) -> None:
    raised = fail("submit", 422, error("c" * length))
    assert isinstance(raised, Refused)
    assert raised.code == "c" * kept


@pytest.mark.parametrize(("length", "kept"), [(500, 500), (501, 500)])
def test_a_long_message_is_cut(fail: Fail, length: int, kept: int) -> None:
    raised = fail("submit", 422, error("photo_rejected", message="m" * length))
    assert isinstance(raised, Refused)
    assert raised.message == "m" * kept


@pytest.mark.parametrize("call", OF_AN_ORDER)
def test_only_an_order_can_be_refused(fail: Fail, call: str) -> None:
    assert isinstance(fail(call, 422, error("reason_invalid")), OurMistake)


@pytest.mark.parametrize("message", [{}, {"message": None}, {"message": 7}], ids=repr)
def test_a_refusal_without_a_message_decides_nothing(fail: Fail, message: dict[str, object]) -> None:
    body = {"error": {"code": "photo_rejected"} | message}
    assert type(fail("submit", 422, body)) is OutcomeUnknown


def test_a_code_that_holds_personal_data_is_not_shown(fail: Fail) -> None:
    for status in (400, 409, 422):
        raised = fail("submit", status, error(f"refused_{PESEL}"))
        assert isinstance(raised, OurMistake | Refused)
        assert raised.code == f"refused_{PESEL}"


@pytest.mark.parametrize("call", EACH_KIND)
@pytest.mark.parametrize("status", [202, 204, 206, 304])
def test_another_success_than_the_contracts_is_inconclusive(fail: Fail, call: str, status: int) -> None:
    assert type(fail(call, status, "")) is OutcomeUnknown


@pytest.mark.parametrize(("call", "status"), [("submit", 307), ("submit", 308), ("find", 301), ("find", 302)])
@pytest.mark.parametrize("location", ["/elsewhere", "https://elsewhere.example/", "http://", "x:y:z\\"])
def test_a_redirect_is_inconclusive_and_not_followed(
    fail: Fail, httpserver: HTTPServer, call: str, status: int, location: str
) -> None:
    raised = fail(call, status, PAGE, {"Location": location})
    assert type(raised) is OutcomeUnknown
    assert len(httpserver.log) == 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0),
        ("1", 1),
        ("3600", 3600),
        ("3601", 3600),
        ("99999999999999999999", 3600),
        ("-1", 0),
        ("+5", 5),
        ("Fri, 01 Jan 2100 00:00:00 GMT", 3600),
        ("Fri, 01 Jan 2100 00:00:00 -0000", 3600),
        ("Sat, 01 Jan 2000 00:00:00 GMT", 0),
    ],
)
def test_retry_after_is_honoured_between_nothing_and_an_hour(fail: Fail, header: str, seconds: int) -> None:
    for status in (429, 500, 503):
        raised = fail("query", status, PAGE, {"Retry-After": header})
        assert isinstance(raised, RetryLater)
        assert raised.retry_after == timedelta(seconds=seconds)


def test_retry_after_a_date_is_the_time_until_then(fail: Fail) -> None:
    header = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
    raised = fail("query", 503, PAGE, {"Retry-After": header})
    assert isinstance(raised, RetryLater)
    assert raised.retry_after is not None
    assert timedelta(minutes=9, seconds=50) < raised.retry_after <= timedelta(minutes=10)


@pytest.mark.parametrize("header", [None, "", "soon", "1.5", "5, 10", "1_0", "٣", "9" * 5000])
def test_a_retry_after_that_says_nothing_is_none(header: str | None) -> None:
    assert read_retry_after(header) is None


@settings(deadline=None)  # a busy machine is not a fault
@given(st.text() | st.from_regex(r"[A-Z][a-z]{2}, \d+ [A-Z][a-z]{2} \d+ \d+:\d+:\d+ [+-]?\w*"))
def test_no_retry_after_whatsoever_breaks_the_client(header: str) -> None:
    wait = read_retry_after(header)
    assert wait is None or timedelta(0) <= wait <= timedelta(hours=1)


class TestHealth:
    def test_ok_is_well(self, client: Mdokumenty, httpserver: HTTPServer) -> None:
        httpserver.expect_request("/v1/health").respond_with_json({"status": "ok"})
        client.health()

    @pytest.mark.parametrize("status", [302, 400, 404, 409, 422, 429, 500, 503])
    def test_every_other_answer_means_later(
        self, client: Mdokumenty, httpserver: HTTPServer, status: int
    ) -> None:
        httpserver.expect_request("/v1/health").respond_with_data(
            PAGE, status=status, headers={"Retry-After": "7"}
        )
        raised = failing(client.health)
        assert isinstance(raised, RetryLater)
        assert raised.retry_after == timedelta(seconds=7)

    @pytest.mark.parametrize("body", ["", PAGE, "[]", "{}", '{"status": "ill"}', '{"status": ["ok"]}'])
    def test_a_200_that_does_not_say_ok_means_later(
        self, client: Mdokumenty, httpserver: HTTPServer, body: str
    ) -> None:
        httpserver.expect_request("/v1/health").respond_with_data(body)
        assert isinstance(failing(client.health), RetryLater)

    @pytest.mark.parametrize("status", [401, 403])
    def test_not_accepted_is_not_the_same_as_ill(
        self, client: Mdokumenty, httpserver: HTTPServer, status: int
    ) -> None:
        httpserver.expect_request("/v1/health").respond_with_data(PAGE, status=status)
        assert isinstance(failing(client.health), NotAccepted)
