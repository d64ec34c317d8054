"""The office lists the mLegitymacje that show an album number which their student has no more."""

from typing import Any

import pytest
from django.test import Client

from mdocs.statuses import FINAL, LIVE, Status
from students.models import Faculty, Student
from tests.mdocs.office.admin.office import ALL, ORDERS, listed, order_at

pytestmark = pytest.mark.django_db
OUTDATED = {"outdated_album_number": "yes"}


def renumber(order: Any, album_number: str | None) -> None:
    Student.objects.filter(pk=order.student_id).update(album_number=album_number)


def test_those_whose_number_has_changed_are_listed_and_no_others(
    office: Client, faculty: Faculty, elsewhere: Faculty
) -> None:
    changed, same, back, none = (order_at(faculty, Status.COLLECTED) for _ in range(4))
    number = back.album_number
    renumber(changed, "900001")
    renumber(back, "900002")
    renumber(none, None)
    renumber(order_at(elsewhere, Status.COLLECTED), "900003")
    assert listed(office, **OUTDATED) == {changed, back, none}
    renumber(back, number)
    assert listed(office, **OUTDATED) == {changed, none}
    assert listed(office, **ALL) >= {changed, same, back, none}


@pytest.mark.parametrize("status", sorted(Status))
def test_only_what_is_not_over_is_listed(office: Client, faculty: Faculty, status: Status) -> None:
    assert {*LIVE, *FINAL} == set(Status)
    order = order_at(faculty, status)
    renumber(order, "900001")
    assert (listed(office, **OUTDATED) == {order}) == (status in LIVE)


def test_the_filter_is_offered_in_words(office: Client) -> None:
    page = office.get(ORDERS, {"needs_attention": "no"}).content.decode()
    assert "numer albumu na mLegitymacji" in page
    assert "inny niż obecny numer studenta" in page
