"""Ordering: once, only by those who may, and with the data as they were at the click."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from mdocs import orders
from mdocs.models import Order, OrderEvent
from mdocs.statuses import Reason, Status
from students.models import Student
from tests.students.factories import make_photo, make_student

CLICKS = 50


@pytest.mark.django_db(transaction=True)
def test_fifty_simultaneous_clicks_make_one_order(student: Student) -> None:
    together = Barrier(CLICKS)

    def click(_: int) -> str:
        try:
            together.wait(timeout=60)
            orders.place(student, by=student.user)
        except orders.AlreadyOrdered:
            return "already ordered"
        finally:
            connection.close()
        return "ordered"

    with ThreadPoolExecutor(CLICKS) as browsers:
        outcomes = list(browsers.map(click, range(CLICKS)))
    assert sorted(outcomes) == ["already ordered"] * (CLICKS - 1) + ["ordered"]
    assert Order.objects.count() == OrderEvent.objects.count() == 1


@pytest.mark.usefixtures("either_rules")
@pytest.mark.django_db
def test_an_order_is_due_at_once_and_says_who_placed_it(student: Student) -> None:
    now = timezone.now()
    order = orders.place(student, by=student.user, at=now)
    (event,) = order.events.all()
    assert (order.status, order.next_attempt_at, order.sent_at) == (Status.WAITING, now, None)
    assert (event.old, event.new, event.reason) == ("", Status.WAITING, Reason.ORDERED)
    assert (event.actor, event.at) == (student.user, now)


@pytest.mark.django_db
def test_what_is_ordered_is_frozen_at_the_click(student: Student) -> None:
    photo, pesel, album = student.photo, student.pesel, student.album_number
    card = student.cards.get()
    order = orders.place(student, by=student.user)
    student.last_name, student.album_number, student.photo = "Zmieniona", "000001", make_photo()
    student.save()
    order = Order.objects.get(pk=order.pk)
    assert json.loads(order.holder or "") == {
        "pesel": pesel,
        "first_names": "Anna Maria",
        "last_name": "Nowak",
        "birth_date": "2002-07-08",
    }
    assert (order.photo, order.album_number, order.card_number) == (photo, album, card.barcode_number)
    assert order.valid_until == card.valid_until


@pytest.mark.django_db
def test_who_does_not_meet_the_conditions_gets_no_order() -> None:
    without_card = make_student()
    with pytest.raises(orders.NotEligible) as raised:
        orders.place(without_card, by=without_card.user)
    assert not raised.value.eligibility.may_order
    assert not Order.objects.exists()


@pytest.mark.usefixtures("either_rules")
@pytest.mark.django_db
def test_a_photo_lost_between_the_page_and_the_click_counts(student: Student) -> None:
    Student.objects.filter(pk=student.pk).update(photo=None)
    with pytest.raises(orders.NotEligible):
        orders.place(student, by=student.user)
    assert not Order.objects.exists()


@pytest.mark.usefixtures("either_rules")
@pytest.mark.django_db
def test_an_earlier_order_that_cannot_be_decrypted_does_not_hide_that_there_is_one(student: Student) -> None:
    order = orders.place(student, by=student.user)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE mdocs_order SET holder = 'not a token'")
    with pytest.raises(orders.AlreadyOrdered) as raised:
        orders.place(student, by=student.user)
    assert raised.value.order == order
