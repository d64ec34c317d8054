"""Whatever is done to a correct file, the state after it is the same, or rows are refused: never another state."""

import csv
import io
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from students.importing.batches import import_batch
from students.importing.columns import COLUMNS
from students.importing.grouping import group_rows, read_batches
from students.importing.tables import read_table
from students.models import Enrolment, Faculty, Programme, Student, StudentCard
from students.names import name_key
from students.spreadsheets.errors import UnreadableFile
from tests.students.importing.conftest import TODAY
from tests.students.importing.usos_file import Row, many_rows

pytestmark = pytest.mark.django_db

Table = list[list[str]]
ROWS: list[Row] = [
    row | {"numer_albumu": f"0{row['numer_albumu']}", "do": "2028-09-30"} for row in many_rows(6, today=TODAY)
]
IDENTIFIERS = ("numer_albumu", "els_numer", "els_uid_stykowy", "els_uid_bezstykowy", "pesel")
NAMES = ("imiona", "nazwisko", "wydzial", "kierunek")


class RolledBack(Exception):
    """Takes a state of the database back."""


def columns_swapped(table: Table, rng: random.Random) -> Table:
    order = rng.sample(range(len(COLUMNS)), len(COLUMNS))
    return [[row[place] for place in order] if row else [] for row in table]  # a blank line has none


def blank_lines(table: Table, rng: random.Random) -> Table:
    return [row for each in table for row in ([each, []] if rng.random() < 0.5 else [[""] * len(each), each])]


def rows_shuffled(table: Table, rng: random.Random) -> Table:
    return [table[0], *rng.sample(table[1:], len(table) - 1)]


def cells_changed(columns: tuple[str, ...], change: Callable[[str], str]) -> Any:
    def changed(table: Table, rng: random.Random) -> Table:
        places = [place for place, title in enumerate(table[0]) if title in columns]
        copy = [list(row) for row in table]
        for row in copy[1:]:
            for place in places:
                if len(row) > place and rng.random() < 0.5:
                    row[place] = change(row[place])
        return copy

    return changed


def scientific(text: str) -> str:
    return f"{float(text):.5E}".replace(".", ",") if text.isdigit() else text


def last_line_cut(content: str, rng: random.Random) -> str:
    return content[: content.rstrip().rfind("\n") + rng.randrange(1, 40)]


CHANGES = (
    columns_swapped,
    blank_lines,
    rows_shuffled,
    cells_changed(IDENTIFIERS, lambda text: text.lstrip("0")),
    cells_changed(IDENTIFIERS, lambda text: f"{text}.0" if text.isdigit() else text),
    cells_changed(IDENTIFIERS[:2], scientific),
    cells_changed(("els_numer",), lambda text: f"{text[:-2]}00000000"),
    cells_changed(NAMES, str.upper),
    cells_changed(NAMES, lambda text: text.replace("-", "–").replace(" ", "\u00a0 ")),
    cells_changed(("login",), str.upper),
    cells_changed(("wydzial", "kierunek", "pesel", "do"), lambda _text: "#N/D!"),
    cells_changed(COLUMNS, lambda text: f"  {text} "),
)
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1250", "iso8859-2", "cp852")


def people() -> Iterator[tuple[object, ...]]:
    """Yield all that an import writes, with names as people compare them."""
    for student in Student.objects.select_related("user").order_by("pk"):
        names = name_key(student.first_names), name_key(student.last_name)
        yield student.album_number, *names, student.pesel, student.birth_date, student.user.username
    yield from Enrolment.objects.order_by("pk").values_list(
        "student", "programme", "status", "started_on", "ended_on"
    )
    yield from StudentCard.objects.order_by("pk").values_list(
        "student", "barcode_number", "valid_until", "ended_on"
    )
    yield Faculty.objects.count(), Programme.objects.count()


def apply(content: bytes) -> set[str]:
    with io.BytesIO(content) as file, io.BytesIO() as gathered:
        group_rows(read_table(file, "u.csv"), gathered)
        return {
            result.outcome.value
            for batch in read_batches(gathered, 1_000)
            for result in import_batch(batch, by=None).results
        }


def written(table: Table, separator: str, quoting: Any) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator, quoting=quoting).writerows(table)
    return text.getvalue()


def encoded(content: str, encoding: str) -> bytes:
    """Encode a text, in UTF-8 where it has signs that the encoding lacks."""
    try:
        return content.encode(encoding)
    except UnicodeEncodeError:
        return content.encode()


@given(
    changes=st.lists(st.sampled_from(CHANGES), max_size=3),
    separator=st.sampled_from(";,\t|"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    encoding=st.sampled_from(ENCODINGS),
    declared=st.booleans(),
    cut=st.booleans(),
    seed=st.integers(0, 10**6),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_same_state_or_a_refusal(
    changes: list[Callable[[Table, random.Random], Table]],
    separator: str,
    quoting: Any,
    encoding: str,
    declared: bool,
    cut: bool,
    seed: int,
) -> None:
    rng = random.Random(seed)
    correct = [list(COLUMNS), *([row[column] for column in COLUMNS] for row in ROWS)]
    table = correct
    for change in changes:
        table = change(table, rng)
    content = written(table, separator, quoting)
    if cut:
        content = last_line_cut(content, rng)
    if declared:
        content = f"sep={separator}\r\n{content}"
    with pytest.raises(RolledBack), transaction.atomic():
        apply(written(correct, ";", csv.QUOTE_MINIMAL).encode())
        before = list(people())
        try:
            seen = apply(encoded(content, encoding))
        except UnreadableFile:
            seen = set()
        assert seen <= {"unchanged", "respelled", "rejected"}, (seen, content)
        assert list(people()) == before, content
        raise RolledBack
