"""The offices of a university: clerks with faculties, their students' orders, and the admin's addresses."""

from typing import Any

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.test import Client
from django.urls import reverse

from mdocs.models import Order
from mdocs.statuses import Status
from students.models import Faculty
from tests.mdocs.factories import make_order
from tests.students.factories import make_card, make_enrolment, make_programme, make_student

ORDERS = "/admin/mdocs/order/"
EVENTS = "/admin/mdocs/orderevent/"
BREAKER = "/admin/mdocs/breaker/"
LOG = "/admin/students/auditentry/"
NEEDING_ATTENTION = {"needs_attention": "yes"}
ALL = {"needs_attention": "no"}


def order_at(faculty: Faculty, status: Status = Status.READY, **fields: Any) -> Order:
    """Make an order of a student who is enrolled at the faculty."""
    student = make_student(**fields.pop("who", {}))
    make_enrolment(student, programme=make_programme(faculty=faculty))
    make_card(student)
    return make_order(student, status, **fields)


def address(verb: str, order: Order) -> str:
    """Return the address of an order's page ("change") or of one of its buttons."""
    return reverse(f"admin:mdocs_order_{verb}", args=[order.pk])


def act(client: Client, action: str, *orders: Order, query: str = "", **more: Any) -> Any:
    """Send the list's form with an action for the chosen orders."""
    chosen = {ACTION_CHECKBOX_NAME: [str(order.pk) for order in orders] or ["all"]}
    return client.post(ORDERS + query, {"action": action, "index": "0", **chosen, **more})


def said(response: Any) -> list[str]:
    """Return the messages that an answer leaves for the next page."""
    return [str(message) for message in response.wsgi_request._messages]


def listed(client: Client, **query: str) -> set[Order]:
    """Return the orders that the list shows."""
    response = client.get(ORDERS, query)
    assert response.status_code == 200
    return set(response.context["cl"].result_list)
