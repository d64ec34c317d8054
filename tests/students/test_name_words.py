"""Search by name: beginnings of words, found by an index."""

import pytest
from django.db import connection

from students.models import Student
from tests.students.factories import make_student

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("searched", "found"),
    [
        ("now", True),
        ("NOWAK-KOW", True),
        ("kowal ann", True),
        ("o'con", True),
        ("owak", False),
        ("nowak zzz", False),
        ("o' now", True),
        ("connor", False),  # begins no word: the apostrophe is part of one
        ("\\", False),
        ("' | a", False),
        ("-", False),
        ("", True),
    ],
)
def test_each_word_begins_a_name(searched: str, found: bool) -> None:
    make_student(first_names="Anna O'Connor", last_name="Nowak-Kowalska")
    assert Student.objects.named(searched).exists() is found


def test_who_has_one_name_is_found_and_stored() -> None:
    student = make_student(first_names="Jan", last_name="-")
    assert list(Student.objects.named("jan")) == [student]


def test_the_index_answers() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = Student.objects.named("kow").order_by().explain()
    assert "student_name_words" in plan
