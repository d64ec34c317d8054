"""What is private is unreadable in the database, can be found, and outlives a change of keys."""

from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.db import IntegrityError, connection
from django.db.models import Q
from django.utils import timezone

from students.encryption import blind_index, decrypt, encrypt
from students.key_rotation import rotate, rotated_models
from students.models import Student, StudentCard
from tests.students.factories import make_card, make_student

pytestmark = pytest.mark.django_db
ANNA = "02270803624"


def raw(table: str, columns: str) -> list[tuple[Any, ...]]:
    """Read what the database really holds."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {table} ORDER BY id")  # noqa: S608  # both come from this file
        return list(cursor.fetchall())


def test_a_pesel_is_nowhere_in_the_database_in_clear() -> None:
    make_card(make_student(pesel=ANNA))
    rows = raw("students_student", "*") + raw("students_studentcard", "*")
    assert len(rows) == 2
    assert ANNA not in str(rows)
    assert Student.objects.get().pesel == ANNA
    assert StudentCard.objects.get().holder_pesel == ANNA


def test_the_same_pesel_looks_different_each_time_but_is_found_by_its_index() -> None:
    make_card(make_student(pesel=ANNA))
    ((stored, index),) = raw("students_student", "pesel, pesel_index")
    ((printed, printed_index),) = raw("students_studentcard", "holder_pesel, holder_pesel_index")
    assert stored != printed
    assert index == printed_index == blind_index(ANNA)
    assert Student.objects.get(pesel_index=blind_index(ANNA)).pesel == ANNA


def test_indexes_of_different_purposes_cannot_be_compared() -> None:
    assert blind_index(ANNA) != blind_index(ANNA, "qr")


def test_a_student_without_a_pesel_has_none_in_the_database() -> None:
    make_student(pesel=None)
    assert raw("students_student", "pesel, pesel_index") == [(None, None)]
    assert Student.objects.filter(pesel__isnull=True).count() == 1


@pytest.mark.parametrize(
    "lookup",
    ["pesel", "pesel__in", "pesel__startswith", "pesel__lower", "pesel__gt", "pesel__lower__contains"],
)
def test_asking_for_an_encrypted_value_says_how_to_ask(lookup: str) -> None:
    for ask in ({lookup: ANNA}, {lookup: None}):
        with pytest.raises(FieldError, match="blind index"):
            Student.objects.filter(**ask)
        with pytest.raises(FieldError, match="blind index"):
            StudentCard.objects.exclude(**{f"student__{name}": value for name, value in ask.items()})


def test_the_index_follows_however_the_pesel_is_written() -> None:
    student = make_student()
    student.pesel = ANNA
    student.save(update_fields=["pesel"])
    assert Student.objects.filter(pesel_index=blind_index(ANNA)).exists()

    student.pesel = "44051401359"
    Student.objects.bulk_update([student], ["pesel"])
    student.refresh_from_db()
    assert student.pesel == "44051401359"
    assert student.pesel_index == blind_index("44051401359")

    student.pesel = None
    student.save()
    assert raw("students_student", "pesel, pesel_index") == [(None, None)]


def test_an_update_that_would_leave_the_index_behind_is_refused() -> None:
    make_student(pesel=ANNA)
    with pytest.raises(FieldError, match="pesel_index"):
        Student.objects.update(pesel="44051401359")
    assert Student.objects.get().pesel == ANNA


def test_the_database_refuses_a_pesel_without_its_index() -> None:
    make_student(pesel=ANNA)
    with pytest.raises(IntegrityError, match="student_pesel_has_index"):
        Student.objects.update(pesel_index=None)


def test_a_value_under_an_unknown_key_says_so_without_showing_it(settings: Any) -> None:
    token = encrypt(ANNA)
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(ValueError, match="FIELD_ENCRYPTION_KEYS") as caught:
        decrypt(token)
    assert token not in str(caught.value)
    assert caught.value.__suppress_context__


def test_rotation_brings_everything_under_the_first_key_and_then_finds_nothing_to_do(
    settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    for pesel in (ANNA, "44051401359", None):
        make_card(make_student(pesel=pesel))
    old, new = settings.FIELD_ENCRYPTION_KEYS[0], Fernet.generate_key().decode()

    settings.FIELD_ENCRYPTION_KEYS = [new, old]
    call_command("rotate_encryption_keys", batch=2)
    assert "Re-encrypted rows: 4." in capsys.readouterr().out

    settings.FIELD_ENCRYPTION_KEYS = [new]
    assert [student.pesel for student in Student.objects.order_by("pk")] == [ANNA, "44051401359", None]
    assert [card.holder_pesel for card in StudentCard.objects.order_by("pk")] == [ANNA, "44051401359", None]

    before = raw("students_student", "pesel")
    call_command("rotate_encryption_keys")
    assert "Re-encrypted rows: 0." in capsys.readouterr().out
    assert raw("students_student", "pesel") == before


def test_while_indexes_are_recomputed_no_student_looks_changed_since_the_card(settings: Any) -> None:
    for pesel in (ANNA, "44051401359", None):
        student = make_student(pesel=pesel)
        make_card(student, ended_on=timezone.localdate(), end_reason="lost")
        make_card(student)
    settings.FIELD_INDEX_KEY = "another key of the index, long enough"
    rewritten = 0
    for model in rotated_models():
        for _, count in rotate(model, 1):
            rewritten += count
            asked = Student.objects.with_conditions(timezone.localdate(), "els")
            assert asked.filter(Q(meets_data_unchanged=True)).count() == 3
    assert rewritten == 6


def test_rotation_recomputes_indexes_after_a_new_index_key(settings: Any) -> None:
    make_card(make_student(pesel=ANNA))
    settings.FIELD_INDEX_KEY = "another key of the index, long enough"
    call_command("rotate_encryption_keys")
    assert Student.objects.filter(pesel_index=blind_index(ANNA)).exists()
    assert StudentCard.objects.filter(holder_pesel_index=blind_index(ANNA)).exists()
