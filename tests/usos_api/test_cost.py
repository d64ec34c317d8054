"""What calls cost: an authorised `mcard` call at most six queries, and none grows with the number of orders."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mdocs.models import Order
from mdocs.statuses import Status
from students.models import Student
from tests.mdocs.factories import make_order
from tests.usos_api.phone import Phone
from usos_api.models import AccessToken

MOST_QUERIES = 6


def count(phone: Phone, method: str, **params: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert phone.call(method, **params).status == 200
    return len(queries)


@pytest.mark.parametrize("status", [None, *Status])
def test_an_authorised_mcard_call_costs_at_most_six_queries(
    phone: Phone, student: Student, status: Status | None
) -> None:
    if status:
        make_order(student, status)
    ContentType.objects.get_for_model(Order)  # fetched once by each process, and kept
    # The first use of a token is noted, and the look at the codes in the audit log.
    assert AccessToken.objects.get().last_used_at is None
    assert count(phone, "services/cards/mcard") <= MOST_QUERIES
    assert count(phone, "services/cards/mcard") <= MOST_QUERIES - 2


@pytest.mark.parametrize(
    ("method", "by_office"), [("services/cards/mcard", False), ("services/cards/check_orders_status", True)]
)
def test_no_query_grows_with_the_number_of_orders(
    phone: Phone, gate: Phone, student: Student, method: str, by_office: bool
) -> None:
    caller, params = (gate, {"user_id": str(student.user_id)}) if by_office else (phone, {})
    make_order(student, Status.REVOKED)
    count(caller, method, **params)
    before = count(caller, method, **params)
    for _ in range(10):
        make_order(student, Status.CANCELLED)
    assert count(caller, method, **params) == before


def test_a_method_for_anybody_costs_nothing(phone: Phone, db: None) -> None:
    assert count(phone, "services/apisrv/now") == 0
    assert count(phone, "services/apiref/method_index") == 0
