"""What a batch costs depends neither on the number of its rows nor on how much the import has in all."""

from datetime import date

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext

from students.importing.batches import import_batch, rehearse_batch
from tests.students.importing.importer import groups_of
from tests.students.importing.usos_file import Row, many_rows

TODAY = date(2025, 11, 24)


def queries(rows: list[Row], *, importing: bool = True) -> int:
    groups = groups_of(rows)
    ContentType.objects.clear_cache()
    with CaptureQueriesContext(
        connection,
    ) as captured:
        if importing:
            import_batch(groups, by=None)
        else:
            rehearse_batch(groups)
    return len(captured)


def changed(rows: list[Row]) -> list[Row]:
    """Change everything that a row can change: names, address, status, card."""
    return [
        row
        | {
            "imiona": "Inne",
            "email": "x@example.edu.pl",
            "status": "urlop",
            "els_numer": f"9{row['els_numer']}",
            "els_uid_stykowy": "",
            "els_uid_bezstykowy": "",
        }
        for row in rows
    ]


@pytest.mark.django_db
def test_a_batch_costs_the_same_number_of_queries_whatever_its_size() -> None:
    few, many = list(many_rows(3, today=TODAY)), list(many_rows(60, today=TODAY, first=100))
    queries(list(many_rows(3, today=TODAY, first=90)))  # the faculties
    assert queries(few) == queries(many)
    assert queries(changed(few)) == queries(changed(many)) <= 25
    assert queries(changed(few), importing=False) == queries(changed(many), importing=False) <= 25
