"""What needs attention comes first, each with why and what to do, in Polish."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from mdocs.advice import FOR_STAFF, LATE, REFUSED, UNWELL
from mdocs.models import Breaker
from mdocs.statuses import Attention, Status
from students.models import Faculty
from tests.mdocs.factories import make_order, set_breaker
from tests.mdocs.office.admin.office import ALL, NEEDING_ATTENTION, ORDERS, listed, order_at

pytestmark = pytest.mark.django_db

LONG_AGO = timezone.now() - timedelta(days=2)


def test_the_list_opens_with_what_needs_attention(office: Client, faculty: Faculty) -> None:
    order_at(faculty, Status.READY)
    response = office.get(ORDERS, follow=True)
    assert response.redirect_chain == [(f"{ORDERS}?needs_attention=yes", 302)]
    page = response.content.decode()
    assert "Zamówienia, które wymagają uwagi" in page
    assert page.count("Nic nie wymaga teraz uwagi.") == 1
    assert "Nic nie znaleziono." not in page
    assert "?needs_attention=no" in page


def test_it_finds_what_waits_for_staff_what_waits_long_and_what_was_refused(
    office: Client, faculty: Faculty
) -> None:
    for_staff = order_at(faculty, Status.COLLECTED, attention="unknown_there")
    late = {
        order_at(faculty, status, status_changed_at=LONG_AGO)
        for status in (Status.WAITING, Status.PROCESSING, Status.CANCELLING, Status.REVOKING)
    }
    refused = order_at(faculty, Status.REJECTED)
    on_their_way = {
        order_at(faculty, Status.WAITING),
        order_at(faculty, Status.READY, status_changed_at=LONG_AGO),
        order_at(faculty, Status.REVOKED, status_changed_at=LONG_AGO),
        order_at(faculty, Status.REJECTED, status_changed_at=timezone.now() - timedelta(days=31)),
    }
    assert listed(office, **NEEDING_ATTENTION) == {for_staff, refused} | late
    assert listed(office, **ALL) == {for_staff, refused} | late | on_their_way


def test_a_refusal_is_settled_by_a_newer_order(office: Client, faculty: Faculty) -> None:
    refused = order_at(faculty, Status.REJECTED, created_at=LONG_AGO)
    assert listed(office, **NEEDING_ATTENTION) == {refused}
    make_order(refused.student, Status.WAITING)
    assert listed(office, **NEEDING_ATTENTION) == set()


def test_the_filter_keeps_to_the_faculty(office: Client, elsewhere: Faculty) -> None:
    order_at(elsewhere, Status.COLLECTED, attention="unknown_there")
    assert listed(office, **NEEDING_ATTENTION) == set()


@pytest.mark.parametrize("attention", Attention)
def test_each_reason_to_wait_for_staff_says_why_and_what_to_do(
    office: Client, faculty: Faculty, attention: Attention
) -> None:
    order_at(faculty, Status.PROCESSING, attention=attention)
    page = office.get(ORDERS, NEEDING_ATTENTION).content.decode()
    assert str(FOR_STAFF[attention].why) in page
    assert str(FOR_STAFF[attention].do) in page
    assert f"{attention}<" not in page, "no code stands where words belong"


@pytest.mark.parametrize("refusal", [*REFUSED, "brand_new"])
def test_each_refusal_says_why_and_what_to_do(office: Client, faculty: Faculty, refusal: str) -> None:
    order_at(faculty, Status.REJECTED, rejection_code=refusal)
    page = office.get(ORDERS, NEEDING_ATTENTION).content.decode()
    assert "odrzucone" in page
    assert "student zamawia ponownie" in page
    assert ("brand_new" in page) is (refusal == "brand_new")


def test_a_long_wait_says_that_nothing_is_lost(office: Client, faculty: Faculty) -> None:
    order_at(faculty, Status.WAITING, status_changed_at=LONG_AGO)
    page = office.get(ORDERS, NEEDING_ATTENTION).content.decode()
    assert str(LATE.why) in page
    assert str(LATE.do) in page


@pytest.mark.parametrize("state", Breaker.State)
def test_what_holds_everything_up_stands_above_the_list(office: Client, state: Breaker.State) -> None:
    set_breaker(state)
    page = office.get(ORDERS, NEEDING_ATTENTION).content.decode()
    shown = {which for which, advice in UNWELL.items() if str(advice.why) in page and str(advice.do) in page}
    assert shown == ({state} & UNWELL.keys())
