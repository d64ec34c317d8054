"""The lists of an import as files: for those who may import, never cached; rejected rows come back as they were."""

import csv
import json
from io import BytesIO, StringIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.core.files.storage import Storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from openpyxl import load_workbook

from students.importing.columns import COLUMNS
from students.importing.files import open_stored
from students.importing.grouping import group_rows
from students.importing.job_kinds import IMPORT, PREVIEW
from students.importing.rejected_rows import store_rejected
from students.importing.tables import TableRow
from students.models import Job, Student
from students.roles import ADMINISTRATOR, CLERK
from tests.students.factories import make_member
from tests.students.finishing import finished
from tests.students.importing.importer import bring_in
from tests.students.importing.usos_file import ANNA, Row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_files")]
JAN = ANNA | {"numer_albumu": "2", "login": "jan", "imiona": "Jan", "pesel": ""}
BAD = ANNA | {
    "numer_albumu": "0033",
    "login": "=HYPERLINK(1)",
    "imiona": " Ewa  Maria ",
    "pesel": "",
    "poziom": "IV",
}
HEADER = ["Uwagi", *(column.upper() if column == "pesel" else column for column in COLUMNS)]


@pytest.fixture
def importer(client: Client) -> Client:
    """Return a browser in which an administrator is signed in."""
    client.force_login(make_member(ADMINISTRATOR))
    return client


def table(header: list[str], *rows: list[str], name: str = "u.csv") -> SimpleUploadedFile:
    text = StringIO(newline="")
    csv.writer(text, delimiter=";").writerows([header, *rows])
    return SimpleUploadedFile(name, text.getvalue().encode())


def cells(row: Row, note: str = "") -> list[str]:
    return [note, *(row[column] for column in COLUMNS)]


def preview(importer: Client, file: SimpleUploadedFile) -> Job:
    answer = importer.post("/admin/students/import/", {"table": file})
    assert answer.status_code == 302, answer.content.decode()
    return finished(PREVIEW)


def downloaded(importer: Client, job: Job, name: str) -> list[list[str]]:
    answer: Any = importer.get(f"/admin/students/import/{job.pk}/{name}.csv")
    assert answer.status_code == 200 and "no-store" in answer["Cache-Control"]
    text = answer.getvalue().decode("utf-8-sig")
    return list(csv.reader(StringIO(text, newline=""), delimiter=";"))


def test_rejected_rows_come_as_they_were_with_the_reason_before_and_after_applying(importer: Client) -> None:
    job = preview(importer, table(HEADER, cells(ANNA), cells(BAD, "kto to?"), cells(JAN)))
    importer.post(f"/admin/students/import/{job.pk}/apply/")
    for each in (job, finished(IMPORT)):
        header, row = downloaded(importer, each, "to-correct")
        assert header == ["powod_odrzucenia", *HEADER]
        assert "poziom: Dozwolone są" in row[0] and "login: " in row[0]
        expected = cells(BAD, "kto to?")
        assert row[1:] == [f"'{text}" if text.startswith("=") else text for text in expected]


def test_rejected_rows_of_a_table_without_other_columns_come_in_its_order(importer: Client) -> None:
    header = list(reversed(COLUMNS))
    cells = [(JAN | {"poziom": "IV"})[column] for column in header]
    job = preview(importer, table(header, cells))
    names, row = downloaded(importer, job, "to-correct")
    assert (names, row[1:]) == (["powod_odrzucenia", *header], cells)


def test_the_rejected_rows_are_refused_again_until_they_are_corrected(importer: Client) -> None:
    wide = [*cells(JAN), "za dużo"]
    first = preview(importer, table(HEADER, cells(BAD, "-"), wide))
    rows = downloaded(importer, first, "to-correct")
    again = preview(importer, table(rows[0], *rows[1:]))
    assert again.counts == first.counts == {"rejected": 2}
    once_more = downloaded(importer, again, "to-correct")
    assert [row[1:] for row in once_more] == [row[1:] for row in rows], (
        "one column of reasons, the same cells"
    )
    place = {title: position for position, title in enumerate(rows[0])}
    rows[1][place["login"]], rows[1][place["poziom"]] = "ewa", "I"
    corrected = preview(importer, table(rows[0], rows[1], rows[2][:-1]))
    assert corrected.counts["new_students"] == 2
    importer.post(f"/admin/students/import/{corrected.pk}/apply/")
    finished(IMPORT)
    assert set(Student.objects.values_list("album_number", flat=True)) == {"0033", "2"}


def test_each_list_can_be_downloaded_in_both_formats(importer: Client) -> None:
    bring_in(ANNA)
    job = preview(importer, table(HEADER, cells(ANNA | {"nazwisko": "Wójcik"}), cells(BAD), cells(JAN)))
    page = importer.get(job.get_absolute_url()).content.decode()
    for name in ("all", "changed", "new", "rejected", "to-correct"):
        for ending in ("csv", "xlsx"):
            assert f"/admin/students/import/{job.pk}/{name}.{ending}" in page
    [_header, row] = downloaded(importer, job, "changed")
    assert row == [
        *("wiersz 2", "2", "123456", "Anna Maria Wójcik", "zmienione"),
        "zmiana danych: nazwisko: Nowak → Wójcik",
    ]
    answer: Any = importer.get(f"/admin/students/import/{job.pk}/to-correct.xlsx")
    sheet = load_workbook(BytesIO(answer.getvalue())).active
    assert sheet is not None
    [_header, kept] = [[cell.value for cell in each] for each in sheet.iter_rows()]
    assert kept[2] == "0033" and "'=HYPERLINK(1)" in kept
    assert LogEntry.objects.filter(additional_data__exported=1).count() == 2


def test_rows_that_are_not_kept_are_not_offered(
    importer: Client, tmp_path: Path, kept_files: Storage
) -> None:
    """Those of the command stay in its file; those of a job are deleted some time after it."""
    path = tmp_path / "u.csv"
    path.write_bytes(table(HEADER, cells(BAD)).read())
    with pytest.raises(CommandError):
        call_command("import_students", path, stdout=StringIO(), stderr=StringIO())
    by_command, job = Job.objects.get(kind=IMPORT), preview(importer, table(HEADER, cells(BAD)))
    kept_files.delete(job.parameters["rejected_rows"])
    for each in (by_command, job):
        page = importer.get(each.get_absolute_url()).content.decode()
        assert "/rejected.csv" in page and "/to-correct.csv" not in page
        assert importer.get(f"/admin/students/import/{each.pk}/to-correct.csv").status_code == 404


def test_rejected_rows_that_were_gathered_before_there_were_contacts_come_without_them() -> None:
    lines = [TableRow(2, cells(BAD)[1:])]
    with TemporaryFile() as gathered:
        group_rows(lines, gathered)
        name = store_rejected(gathered, {2}, COLUMNS)
    with open_stored(name) as file:
        assert [json.loads(text) for text in file] == [[2, cells(BAD)[1:]]]


def test_only_who_may_import_downloads(importer: Client, client: Client) -> None:
    job = preview(importer, table(HEADER, cells(JAN)))
    address = f"/admin/students/import/{job.pk}/new.csv"
    assert importer.get(f"/admin/students/import/{job.pk}/nothing.csv").status_code == 404
    assert importer.get(f"/admin/students/import/{job.pk}/new.pdf").status_code == 404
    client.force_login(make_member(CLERK))
    assert client.get(address).status_code == 403
    client.logout()
    assert client.get(address).status_code == 302
