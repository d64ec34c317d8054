"""What the office looks at most is found by indexes, however many students and orders there are."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mdocs.models import Order
from mdocs.statuses import Status
from students.models import Student
from students.roles import ADMINISTRATOR
from tests.mdocs.factories import make_order
from tests.students.factories import make_member, make_student

pytestmark = pytest.mark.django_db
KOWAL = 3


@pytest.fixture
def by_indexes() -> Iterator[None]:
    """PostgreSQL reads a small table whole only where no index serves, as it does a large one."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    yield


@pytest.fixture
def kowal() -> list[Student]:
    """Students of that name, each with an order; others have one too."""
    found = [make_student(last_name="Kowalska", album_number=f"{n}") for n in range(KOWAL)]
    for student in (*found, make_student(last_name="Nowak")):
        make_order(student, Status.PROCESSING)
    return found


def test_who_needs_attention_is_not_looked_for_among_all_accounts_and_documents(by_indexes: None) -> None:
    plan = Order.objects.needing_attention(timezone.now()).explain()
    for index in ("user_switched_off", "order_needs_attention"):
        assert index in plan, plan
    assert "Seq Scan" not in plan, plan
    # A condition on accounts beside conditions on orders has PostgreSQL read every live order.
    assert "hashed SubPlan" not in plan, plan


@pytest.fixture
def history() -> None:
    """Orders of others, so many that PostgreSQL does not choose among its indexes by chance."""
    others = [make_student(last_name="Dawna") for _ in range(150)]
    Order.objects.bulk_create(
        Order(student=other, status=Status.LAPSED, album_number="1", valid_until=timezone.localdate())
        for other in others * 4
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE mdocs_order")
        # What no VACUUM has looked at is as dear by an index alone as by bitmaps.
        cursor.execute("SET LOCAL enable_bitmapscan = off")


def test_the_orders_of_named_students_are_found_in_an_index_alone(
    kowal: list[Student], history: None, by_indexes: None
) -> None:
    found = Order.objects.search("kowal").order_by("-created_at", "-id").values_list("pk", flat=True)
    plan = found[:100].explain()
    assert len(found) == KOWAL
    assert "Index Only Scan using order_newest_of_student" in plan, plan
    assert "Seq Scan" not in plan, plan


def test_only_the_orders_of_a_page_are_fetched_whole(
    client: Client, kowal: list[Student], monkeypatch: Any
) -> None:
    monkeypatch.setattr("mdocs.office.admin.orders.OrderAdmin.list_per_page", 2)
    client.force_login(make_member(ADMINISTRATOR))
    newest = list(Order.objects.filter(student__in=kowal).order_by("-created_at", "-id"))
    for number, shown in ((1, newest[:2]), (2, newest[2:])):
        with CaptureQueriesContext(connection) as queries:
            page = client.get("/admin/mdocs/order/", {"q": "kowal", "p": str(number)})
        assert list(page.context["cl"].result_list) == shown
        assert page.context["cl"].result_count == KOWAL
        searches = [each["sql"] for each in queries if "kowal" in each["sql"] and "LIKE" in each["sql"]]
        assert len(searches) == 2, "one that counts, one that finds the page"
        assert not any("valid_until" in sql or "last_name" in sql for sql in searches)
