"""Clerks look at orders in the admin, cheaply; nobody changes one there, and nothing secret comes out."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from mdocs import breaker, orders
from mdocs.models import Order, OrderEvent
from mdocs.statuses import Status
from students.models import Student
from tests.mdocs.factories import ACTIVATION_CODE, QR_TOKEN, make_order
from tests.students.factories import make_clerk, make_eligible_student, make_user

pytestmark = pytest.mark.django_db

ORDERS = "/admin/mdocs/order/"
EVENTS = "/admin/mdocs/orderevent/"
NEEDING_ATTENTION = {"needs_attention": "yes"}


@pytest.fixture
def office(client: Client) -> Client:
    """Return a browser in which a clerk who may look at orders and students is signed in."""
    views = ("mdocs.view_order", "mdocs.view_orderevent", "mdocs.view_breaker", "students.view_student")
    client.force_login(make_clerk(*views))
    return client


def detail(order: Order) -> str:
    return reverse("admin:mdocs_order_change", args=[order.pk])


def found(office: Client, **query: str) -> set[Order]:
    """Return the orders that the list shows."""
    response = office.get(ORDERS, query)
    assert response.status_code == 200
    return set(response.context["cl"].result_list)


def cost(office: Client, url: str, query: dict[str, str] | None = None) -> int:
    """Return how many queries a look takes."""
    with CaptureQueriesContext(connection) as queries:
        assert office.get(url, query).status_code == 200
    return len(queries)


def test_the_filter_finds_what_waits_for_staff_or_for_more_than_a_day(office: Client) -> None:
    long_ago = timezone.now() - timedelta(days=2)
    for_staff = make_order(make_eligible_student(), Status.COLLECTED, attention="unknown_there")
    for_long = make_order(make_eligible_student(), Status.WAITING, status_changed_at=long_ago)
    make_order(make_eligible_student(), Status.WAITING)
    make_order(make_eligible_student(), Status.READY, status_changed_at=long_ago)
    make_order(make_eligible_student(), Status.REVOKED, status_changed_at=long_ago)
    assert "wymaga uwagi" in office.get(ORDERS).content.decode()
    assert found(office, **NEEDING_ATTENTION) == {for_staff, for_long}
    assert len(found(office)) == 5


@pytest.mark.parametrize("query", [{}, NEEDING_ATTENTION, {"q": "Nowak"}])
def test_a_longer_list_of_orders_costs_no_more_queries(office: Client, query: dict[str, str]) -> None:
    def cost_of(total: int) -> int:
        while Order.objects.count() < total:
            student = make_eligible_student(last_name="Nowak")
            make_order(student, Status.WAITING, attention="our_mistake")
        return cost(office, ORDERS, query)

    cost_of(2)  # whatever is fetched once and kept
    assert cost_of(2) == cost_of(12)


def test_more_events_cost_no_more_queries(office: Client) -> None:
    def take_a_step() -> None:
        order = orders.place(make_eligible_student(), by=make_user())
        orders.cancel(order, by=make_user())

    take_a_step()
    cost(office, EVENTS)
    few = cost(office, EVENTS)
    for _ in range(5):
        take_a_step()
    assert cost(office, EVENTS) == few


def test_an_order_opens_with_its_events_in_as_many_queries_however_long_its_life(
    office: Client, student: Student
) -> None:
    order = orders.place(student, by=student.user)
    cost(office, detail(order))
    few = cost(office, detail(order))
    orders.cancel(order, by=make_user())
    for _ in range(5):
        OrderEvent.objects.create(order=order, new=Status.CANCELLED, reason="confirmed", actor=make_user())
    assert cost(office, detail(order)) == few
    page = office.get(detail(order)).content.decode()
    assert "złożono zamówienie" in page
    assert "anulowano przed wysłaniem do mDokumentów" in page


@pytest.mark.parametrize("is_superuser", [False, True])
@pytest.mark.parametrize("model", ["order", "orderevent", "breaker"])
def test_nothing_can_be_added_changed_or_deleted(
    client: Client, student: Student, model: str, is_superuser: bool
) -> None:
    permissions = [f"mdocs.{verb}_{model}" for verb in ("view", "add", "change", "delete")]
    client.force_login(
        make_user(is_staff=True, is_superuser=True) if is_superuser else make_clerk(*permissions)
    )
    order = orders.place(student, by=None)
    rows: dict[str, Any] = {
        "order": order.pk,
        "orderevent": order.events.get().pk,
        "breaker": breaker.current().pk,
    }
    before = list(Order.objects.values()), list(OrderEvent.objects.values())
    where = f"admin:mdocs_{model}"
    change = reverse(f"{where}_change", args=[rows[model]])
    assert client.get(change).status_code == 200
    listed = reverse(f"{where}_changelist")
    selected = {"action": "delete_selected", "_selected_action": rows[model], "post": "yes"}
    assert client.post(listed, selected).status_code in {200, 302, 403}
    assert client.post(reverse(f"{where}_add")).status_code == 403
    assert client.post(change, {"status": "revoked"}).status_code == 403
    assert client.post(reverse(f"{where}_delete", args=[rows[model]]), {"post": "yes"}).status_code == 403
    assert (list(Order.objects.values()), list(OrderEvent.objects.values())) == before


def test_neither_codes_nor_the_pesel_come_out(office: Client, student: Student) -> None:
    ready = make_order(student, Status.READY)
    waiting = orders.place(make_eligible_student(), by=None)
    secrets = (QR_TOKEN, ACTIVATION_CODE, ready.qr_svg, student.pesel, waiting.student.pesel)
    for url in (ORDERS, EVENTS, detail(ready), detail(waiting)):
        html = office.get(url).content.decode()
        for secret in secrets:
            assert secret
            assert secret not in html
