"""The front page of the admin begins with the daily work of whoever looks at it."""

import pytest
from django.test import Client
from django.urls import reverse

from students.admin import shortcuts
from students.models import User
from tests.students.factories import make_clerk, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def only_these(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have pages that are there, and one that this installation does not have."""
    monkeypatch.setattr(shortcuts, "_shortcuts", [])
    for _ in range(2):  # once is enough
        shortcuts.add("Zamówienia", "admin:mdocs_order_changelist", "mdocs.view_order")
    shortcuts.add("Studenci", "admin:students_student_changelist", "students.view_student")
    shortcuts.add("Nie ma", "admin:nothing_here", "mdocs.view_order")


def links(client: Client, user: User) -> list[tuple[str, str]]:
    """The big links that a user finds."""
    client.force_login(user)
    return [(str(found.label), found.url or "") for found in client.get("/admin/").context["shortcuts"]]


ORDERS = ("Zamówienia", "/admin/mdocs/order/")
STUDENTS = ("Studenci", "/admin/students/student/")


def test_each_finds_the_pages_that_they_may_use(client: Client) -> None:
    assert links(client, make_clerk("mdocs.view_order")) == [ORDERS]
    assert links(client, make_clerk("students.view_student")) == [STUDENTS]
    assert links(client, make_user(is_staff=True, is_superuser=True)) == [ORDERS, STUDENTS]
    assert links(client, make_clerk("students.view_photo")) == []


def test_a_link_is_on_the_page_and_a_row_of_none_is_not(client: Client) -> None:
    links(client, make_clerk("mdocs.view_order"))
    assert f'<a href="{reverse("admin:mdocs_order_changelist")}">Zamówienia</a>' in read(client)
    links(client, make_clerk("students.view_photo"))
    assert "Codzienna praca" not in read(client)


def test_students_and_orders_come_before_the_rest(client: Client) -> None:
    client.force_login(make_user(is_staff=True, is_superuser=True))
    apps = [app["app_label"] for app in client.get("/admin/").context["app_list"]]
    assert apps[:2] == ["students", "mdocs"]
    assert "auth" in apps[2:]


def read(client: Client) -> str:
    """The front page as it is."""
    return str(client.get("/admin/").content.decode())
