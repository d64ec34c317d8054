"""Clerks look at orders in the admin, cheaply; no form changes one there, and nothing secret comes out."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mdocs import orders
from mdocs.engine import breaker
from mdocs.models import Order, OrderEvent
from mdocs.qr import qr_svg
from mdocs.roles import SEE_CAUSE
from mdocs.statuses import Status
from students.models import Faculty, Student, User
from tests.mdocs.factories import ACTIVATION_CODE, QR_TOKEN
from tests.mdocs.office.admin.office import ALL, EVENTS, NEEDING_ATTENTION, ORDERS, address, listed, order_at
from tests.students.factories import make_clerk, make_user

pytestmark = pytest.mark.django_db


def cost(office: Client, url: str, query: dict[str, str] | None = None) -> int:
    """Return how many queries a look takes."""
    with CaptureQueriesContext(connection) as queries:
        assert office.get(url, query).status_code == 200
    return len(queries)


@pytest.mark.parametrize("query", [ALL, NEEDING_ATTENTION, {"q": "Nowak"}])
def test_a_longer_list_of_orders_costs_no_more_queries(
    office: Client, faculty: Faculty, query: dict[str, str]
) -> None:
    def cost_of(total: int) -> int:
        while Order.objects.count() < total:
            order_at(faculty, Status.WAITING, attention="our_mistake")
        return cost(office, ORDERS, query)

    cost_of(2)  # whatever is fetched once and kept
    assert cost_of(2) == cost_of(8) <= 12


def test_more_events_cost_no_more_queries(office: Client, faculty: Faculty) -> None:
    def take_a_step() -> None:
        orders.cancel(order_at(faculty, Status.WAITING), by=make_user())

    take_a_step()
    cost(office, EVENTS)
    few = cost(office, EVENTS)
    for _ in range(3):
        take_a_step()
    assert cost(office, EVENTS) == few <= 8


def test_an_order_opens_in_as_many_queries_however_long_its_life(office: Client, faculty: Faculty) -> None:
    order = order_at(faculty)
    url = address("change", order)
    cost(office, url)
    few = cost(office, url)
    for _ in range(5):
        OrderEvent.objects.create(order=order, new=Status.READY, reason="retried", actor=make_user())
    assert cost(office, url) == few <= 10


@pytest.mark.parametrize("is_superuser", [False, True])
@pytest.mark.parametrize("model", ["order", "orderevent", "breaker"])
def test_nothing_can_be_added_changed_or_deleted_by_a_form(
    client: Client, student: Student, model: str, is_superuser: bool
) -> None:
    permissions = [f"mdocs.{verb}_{model}" for verb in ("view", "add", "change", "delete")]
    permissions += [SEE_CAUSE] if model == "breaker" else []
    client.force_login(
        make_user(is_staff=True, is_superuser=True) if is_superuser else make_clerk(*permissions)
    )
    order = orders.place(student, by=None)
    rows: dict[str, Any] = {
        "order": order.pk,
        "orderevent": order.events.get().pk,
        "breaker": breaker.worst().pk,
    }
    before = list(Order.objects.values()), list(OrderEvent.objects.values())
    where = f"admin:mdocs_{model}"
    change = reverse(f"{where}_change", args=[rows[model]])
    assert client.get(change).status_code == 200
    chosen = {"action": "delete_selected", "_selected_action": rows[model], "post": "yes"}
    assert client.post(reverse(f"{where}_changelist"), chosen).status_code in {200, 302, 403}
    assert client.post(reverse(f"{where}_add")).status_code == 403
    assert client.post(change, {"status": "revoked"}).status_code == 403
    assert client.post(reverse(f"{where}_delete", args=[rows[model]]), {"post": "yes"}).status_code == 403
    assert (list(Order.objects.values()), list(OrderEvent.objects.values())) == before


def test_neither_codes_nor_the_pesel_come_out(office: Client, faculty: Faculty) -> None:
    ready = order_at(faculty, Status.READY)
    waiting = order_at(faculty, Status.WAITING, attention="unknown_there")
    secrets = (QR_TOKEN, ACTIVATION_CODE, qr_svg(QR_TOKEN), ready.student.pesel, waiting.student.pesel)
    pages = [f"{ORDERS}?needs_attention=no", f"{ORDERS}?needs_attention=yes", EVENTS]
    pages += [address(page, order) for order in (ready, waiting) for page in ("change", "end")]
    for url in pages:
        html = office.get(url).content.decode()
        assert ready.album_number in html or waiting.album_number in html or url == EVENTS
        for secret in secrets:
            assert secret
            assert secret not in html


@pytest.mark.parametrize("term", ["id", "mdokumenty_id", "album_number", "zolc", "ŻÓŁĆ zofia"])
def test_an_order_is_found_by_its_numbers_and_its_students(
    office: Client, faculty: Faculty, term: str
) -> None:
    order = order_at(faculty, who={"last_name": "Żółć", "first_names": "Zofia"})
    order_at(faculty, who={"last_name": "Nowak"})
    assert listed(office, q=str(getattr(order, term, term))) == {order}


def test_an_event_is_found_by_what_finds_its_order(office: Client, faculty: Faculty) -> None:
    order, other = (order_at(faculty, Status.WAITING) for _ in range(2))
    for each in (order, other):
        orders.cancel(each, by=None)
    for term in (str(order.pk), order.album_number):
        found = office.get(EVENTS, {"q": term}).context["cl"].result_list
        assert {event.order for event in found} == {order}


def test_a_list_is_filtered_by_state(office: Client, faculty: Faculty) -> None:
    ready = order_at(faculty, Status.READY)
    order_at(faculty, Status.WAITING)
    assert listed(office, status__exact="ready") == {ready}


def test_a_clerk_sees_only_the_orders_of_the_own_faculties(
    office: Client, faculty: Faculty, elsewhere: Faculty, officer: User
) -> None:
    own, foreign = order_at(faculty), order_at(elsewhere)
    for order in (own, foreign):
        orders.retry(order, by=officer)
    assert listed(office, **ALL) == {own}
    for term in (str(foreign.pk), str(foreign.mdokumenty_id), foreign.album_number, "Nowak"):
        assert foreign not in listed(office, q=term)
    events = office.get(EVENTS).context["cl"].result_list
    assert {event.order for event in events} == {own}
    foreign_event = reverse("admin:mdocs_orderevent_change", args=[foreign.events.get().pk])
    assert (
        office.get(foreign_event).status_code == 302
    )  # "there is none", as for a number that does not exist
    for page in ("change", "end"):
        assert office.get(address(page, foreign)).status_code == 404
