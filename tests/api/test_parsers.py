"""What is sent in a body is read as a whole or refused; nothing of it is passed over."""

from typing import Any

import pytest

from mdocs.models import Order
from mdocs.statuses import Status
from students.models import Student
from tests.api.caller import Caller
from tests.api.test_problems import check
from tests.mdocs.factories import make_order


@pytest.mark.parametrize(
    "body",
    [b"[" * 100_000, b'{"a":' * 100_000, b'{"\\ud800": 1}', b'{"reason": "\\udfff"}'],
    ids=["brackets", "braces", "half a letter as a name", "half a letter as a value"],
)
def test_a_body_that_could_not_be_quoted_is_no_json(office: Caller, student: Student, body: bytes) -> None:
    check(office.post(f"cards/{student.cards.get().pk}/end", body), 400, "malformed")
    assert student.cards.get().ended_on is None


@pytest.mark.parametrize("verb", ["", "/cancel", "/revoke", "/order-again"])
@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"valid_until": "2030-01-01"}, 400, "invalid"),
        ([], 400, "invalid"),
        (b"{", 400, "malformed"),
        (b"reason=none", 415, "unsupported_media_type"),
    ],
)
def test_what_takes_no_body_does_not_pass_over_one(
    script: Caller, student: Student, verb: str, body: Any, status: int, code: str
) -> None:
    state = Status.WAITING if verb == "/cancel" else Status.READY
    where = f"me/orders/{make_order(student, state).pk}{verb}" if verb else "me/orders"
    kind = {"Content_Type": "text/plain"} if status == 415 else {}
    before = list(Order.objects.values_list("status"))
    check(script.post(where, body, **kind), status, code)
    assert list(Order.objects.values_list("status")) == before


def test_staff_who_give_a_reason_where_none_is_asked_for_are_told(office: Caller, student: Student) -> None:
    order = make_order(student)
    told = check(office.post(f"orders/{order.pk}/retry", {"reason": "issued_in_error"}), 400, "invalid")
    assert list(told["errors"]) == ["reason"]


@pytest.mark.parametrize("body", [None, {}, b""])
def test_no_body_and_an_empty_one_are_the_same(script: Caller, body: Any) -> None:
    assert script.post("me/orders", body).status_code == 201
