"""A student reads the life of each order, step by step, in words that are meant for students."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mdocs import orders
from mdocs.models import Order
from mdocs.orders.events import record_event
from mdocs.statuses import Reason, RevocationReason, Status
from students.models import Student, User
from tests.mdocs.factories import make_order
from tests.mdocs.page.conftest import PAGE
from tests.mdocs.page.html import Document, read

HISTORY = f"{PAGE}historia/"


def look(client: Client, page: int = 1) -> Document:
    return read(client.get(HISTORY, {"strona": page}))


def lines(page: Document) -> list[str]:
    """The steps as they are read."""
    (timeline,) = page.all("ol", **{"class": "timeline"})
    return timeline.text.split(" 20")


def test_each_step_has_its_time_its_words_and_who_did_it(
    student_client: Client, student: Student, clerk: User
) -> None:
    order = orders.place(student, by=student.user)
    orders.end(order, reason=RevocationReason.ISSUED_IN_ERROR, by=clerk)
    page = look(student_client)
    first, last = page.texts("span", **{"class": "timeline-what"})
    assert first == "złożono zamówienie → oczekujący"
    assert last == "anulowano przed wysłaniem do mDokumentów: wydana omyłkowo → anulowany"
    assert page.texts("span", **{"class": "timeline-who"}) == ["Ty", "pracownik uczelni"]
    assert clerk.username not in page.html
    assert len([each for each in page.all("time") if "datetime" in each.attrs]) == 2, "one a step"


def test_what_is_for_staff_is_not_told(student_client: Client, student: Student) -> None:
    order = make_order(student, Status.PROCESSING)
    record_event(order, Reason.NEEDS_STAFF, detail="our_mistake 400_bad", at=timezone.now())
    page = look(student_client)
    assert page.texts("span", **{"class": "timeline-what"}) == ["zamówienie czeka na pracownika uczelni"]
    assert "400_bad" not in page.html


def test_nobody_reads_another_students_history(
    student_client: Client, other_student: Student, client: Client
) -> None:
    order = orders.place(other_student, by=other_student.user)
    assert str(order.pk) not in look(student_client).html
    assert Client().get(HISTORY)["Location"] == f"/logowanie/?next={HISTORY}"


def test_many_orders_are_read_page_by_page_at_a_constant_cost(
    student_client: Client, student: Student
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            look(student_client)
        return len(queries)

    for _ in range(2):
        record_event(
            make_order(student, Status.CANCELLED), Reason.ORDERED, by=student.user, at=timezone.now()
        )
    before = cost()
    for _ in range(10):
        record_event(
            make_order(student, Status.CANCELLED), Reason.ORDERED, by=student.user, at=timezone.now()
        )
    assert cost() == before <= 6
    assert len(look(student_client).all("section")) == 10
    assert look(student_client).texts("a", rel="next") == ["Starsze"]
    assert len(look(student_client, 2).all("section")) == 2
    assert Order.objects.count() == 12


@pytest.mark.parametrize("page", ["x", "-1", "999"])
def test_a_page_that_is_not_there_is_the_nearest_one(student_client: Client, page: str) -> None:
    answer = student_client.get(HISTORY, {"strona": page})
    assert answer.status_code == 200
    assert "Nie masz jeszcze żadnego zamówienia." in read(answer).main
