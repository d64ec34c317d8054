"""What somebody corrects while an import runs is not set back by it, where the file says nothing else about it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.db import connection, transaction

from students.importing import batches, comparison
from students.importing.batches import import_batch
from students.importing.changes import PendingChanges
from students.importing.columns import ALL_COLUMNS
from students.importing.tables import TableRow
from students.models import Faculty, Student, User
from tests.students.factories import make_eligible_student, make_student, make_user
from tests.students.importing.importer import bring_in, outcomes
from tests.students.importing.usos_file import ANNA, Row
from tests.waiting import wait_until


@pytest.mark.django_db(transaction=True)
def test_a_field_that_changes_in_another_row_only_is_not_written() -> None:
    first, second = (make_eligible_student().user for _ in range(2))
    pending = PendingChanges()
    pending.change(User.objects.get(pk=first.pk), email="nowy@student.example.edu.pl")
    pending.change(User.objects.get(pk=second.pk), last_name="Nowe")
    User.objects.filter(pk=second.pk).update(email="poprawiony@student.example.edu.pl")
    with transaction.atomic():
        pending.write(by=None)
    second.refresh_from_db()
    assert (second.last_name, second.email) == ("Nowe", "poprawiony@student.example.edu.pl")
    first.refresh_from_db()
    assert first.email == "nowy@student.example.edu.pl"


@pytest.mark.django_db(transaction=True)
def test_of_two_imports_at_once_only_the_first_brings_what_both_have() -> None:
    """The second waits, and finds the telephone of the faculty as the first has left it."""
    bring_in(ANNA)
    column, telephone = "wydzial_telefon", "12 345 61 99"
    jan = ANNA | {"numer_albumu": "2", "login": "jan", "imiona": "Jan", "pesel": ""}
    found: list[str] = []

    def import_alone(row: Row, record: Callable[[PendingChanges], None] | None = None) -> None:
        cells = [(row | {column: telephone}).get(title, "") for title in ALL_COLUMNS]
        try:
            results = import_batch([[TableRow(2, cells)]], by=None, record=record).results
            found.extend(result.detail for result in results)
        finally:
            connection.close()

    def start_the_other(changes: PendingChanges) -> None:
        beside.submit(import_alone, jan)
        wait_until(somebody_waits_for_a_lock)

    with ThreadPoolExecutor(1) as beside:
        import_alone(ANNA, record=start_the_other)
    assert [telephone in words for words in found] == [True, False]
    assert (
        LogEntry.objects.get_for_object(Faculty.objects.get()).filter(changes__has_key="phone").count() == 1
    )


def somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted")
        return cursor.fetchone() is not None


@pytest.mark.django_db(transaction=True)
def test_who_is_stored_by_somebody_else_during_a_batch_is_compared_once_more(monkeypatch: Any) -> None:
    compare, stored = comparison.compare_batch, list[Student]()

    def store_anna() -> None:
        try:
            user = make_user("anna", email="anna@example.edu.pl")
            stored.append(make_student(album_number=ANNA["numer_albumu"], pesel=ANNA["pesel"], user=user))
        finally:
            connection.close()

    def compare_and_be_overtaken(*arguments: Any, **options: Any) -> Any:
        found = compare(*arguments, **options)
        if not stored:
            with ThreadPoolExecutor(1) as beside:
                beside.submit(store_anna).result()
        return found

    monkeypatch.setattr(batches, "compare_batch", compare_and_be_overtaken)
    assert outcomes(bring_in(ANNA)) == ["new"]  # her studies are
    assert Student.objects.get() == stored[0]
    assert Student.objects.get().enrolments.count() == 1
