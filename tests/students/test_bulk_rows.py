"""Bulk writing does what Django's does: blind indexes in step, nothing cut, nothing else changed."""

import pytest
from django.db import DataError, IntegrityError, transaction

from students.bulk_rows import update_rows
from students.models import Student, StudentCard, User
from tests.students.factories import make_card, make_student, make_user

pytestmark = pytest.mark.django_db
NEW = "02270803808"


def test_rows_get_their_own_values_and_others_keep_theirs() -> None:
    first, second, other = (make_student(pesel=None) for _ in range(3))
    first.last_name, first.pesel, first.album_number = 'Żółć-"Nowak"', NEW, None
    second.last_name, second.pesel = "O'Neill {a,b} \\N", None
    Student.objects.filter(pk=second.pk).update(first_names="Zmienione")
    update_rows(Student, [first, second], ["last_name", "pesel", "album_number"])
    found = Student.objects.in_bulk()
    assert (found[first.pk].last_name, found[first.pk].pesel) == ('Żółć-"Nowak"', NEW)
    assert found[first.pk].album_number is None
    assert found[first.pk].pesel_index == first.pesel_index is not None
    assert (found[second.pk].last_name, found[second.pk].first_names) == ("O'Neill {a,b} \\N", "Zmienione")
    assert found[other.pk].last_name == other.last_name


def test_dates_and_references_are_written() -> None:
    card, student, clerk = make_card(make_student()), make_student(), make_user()
    card.ended_on, card.student, card.ended_by, card.end_reason = card.valid_until, student, clerk, "lost"
    update_rows(StudentCard, [card], ["ended_on", "student", "ended_by", "end_reason"])
    found = StudentCard.objects.get()
    assert (found.ended_on, found.student, found.ended_by) == (card.valid_until, student, clerk)


def test_what_is_too_long_or_taken_is_refused() -> None:
    one, other = make_user(), make_user()
    one.username = other.username
    with pytest.raises(IntegrityError), transaction.atomic():
        update_rows(User, [one], ["username"])
    one.first_name = "a" * 151
    with pytest.raises(DataError):
        update_rows(User, [one], ["first_name"])
