"""An undo of many: it costs a constant number of queries, and its preview of several batches says what it does."""

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from students.importing.undo.restoring import undo_students
from students.importing.undo.undo_jobs import BATCH
from students.models import Job, Student, User
from tests.students.importing.undo.conftest import Imported, everything
from tests.students.importing.usos_file import Row, many_rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_files")]

TODAY = date(2025, 11, 24)


def changed(rows: list[Row]) -> list[Row]:
    return [row | {"imiona": "Inne", "email": "x@example.edu.pl", "status": "urlop"} for row in rows]


def queries(job: Job, people: list[int], by: User) -> int:
    """Undo what an import changed of these, take it back, and return what it took."""
    with CaptureQueriesContext(connection) as captured, transaction.atomic():
        plans = undo_students(job, people, by=by)
        transaction.set_rollback(True)
    assert len(plans) == len(people)
    assert all(not plan.left for plan in plans)
    return len(captured)


def test_a_batch_costs_the_same_number_of_queries_whatever_its_size(
    imported: Imported, importer: User
) -> None:
    imported(*many_rows(3, today=TODAY, first=1_000))  # the faculties
    rows = list(many_rows(60, today=TODAY))
    for table in (rows, changed(rows)):
        job = imported(*table)
        people = list(job.imported_changes.exclude(student=None).values_list("student", flat=True))
        assert len(people) == 60
        queries(job, people[:1], importer)  # content types and signals are looked up once
        assert queries(job, people[:3], importer) == queries(job, people, importer) <= 110


def test_several_batches_with_their_catalogue_are_undone_as_previewed(
    imported: Imported, undone: Callable[[Job], Job]
) -> None:
    before = everything()
    job = imported(*many_rows(BATCH + 1, today=TODAY))
    assert Student.objects.count() == BATCH + 1
    assert undone(job).counts["removed"] == 4 * (BATCH + 1) + job.counts["catalogue"]
    assert everything() == before
