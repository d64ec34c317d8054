"""Contacts of a faculty's dean's office may come with the table, in columns that it need not have."""

from pathlib import Path
from tempfile import TemporaryFile

import pytest
from auditlog.models import LogEntry
from django.core.files.base import File
from django.test import Client

from students.importing import import_jobs
from students.importing.batches import import_batch, rehearse_batch
from students.importing.columns import COLUMNS, CONTACT_COLUMNS
from students.importing.grouping import group_rows, read_batches
from students.importing.results import RowResult
from students.importing.tables import read_table
from students.models import Faculty
from tests.students.factories import make_user
from tests.students.finishing import finish
from tests.students.importing.importer import bring_in
from tests.students.importing.usos_file import ANNA, Row, write_csv

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_files")]

CONTACTS: Row = {
    "wydzial_pokoj": "budynek A, pokój 12",
    "wydzial_godziny": "pon.–pt. 9:00–13:00",
    "wydzial_telefon": "+48 12 345 61 01",
    "wydzial_email": "dziekanat.wf@example.edu.pl",
    "wydzial_strona": "https://example.edu.pl/wf/dziekanat",
}
JAN = ANNA | {"numer_albumu": "2", "login": "jan", "imiona": "Jan", "pesel": ""}


def load(tmp_path: Path, *rows: Row, preview: bool = False) -> list[RowResult]:
    """Read a table with the columns that the rows have, and import it or look what that would do."""
    path = write_csv(tmp_path / "u.csv", rows, columns=rows[0])
    with path.open("rb") as file, TemporaryFile() as gathered:
        group_rows(read_table(file, "u.csv"), gathered)
        groups = [group for batch in read_batches(gathered, 1_000) for group in batch]
    return (rehearse_batch(groups) if preview else import_batch(groups, by=None)).results


def contacts() -> Row:
    """Return the stored contacts of Anna's faculty, by column."""
    faculty = Faculty.objects.get(name=ANNA["wydzial"])
    return {column: getattr(faculty, name) for column, name in CONTACT_COLUMNS.items()}


def test_contacts_come_with_a_new_faculty_and_with_a_known_one(tmp_path: Path) -> None:
    load(tmp_path, ANNA | CONTACTS)
    assert contacts() == CONTACTS
    changed = CONTACTS | {"wydzial_telefon": "12 345 61 99"}
    (seen,) = load(tmp_path, ANNA | changed, preview=True)
    told = "Wydział Filozoficzny: telefon dziekanatu: +48 12 345 61 01 → 12 345 61 99"
    assert (seen.outcome, seen.detail) == ("changed", told)
    assert contacts() == CONTACTS, "a preview changes nothing"
    load(tmp_path, ANNA | changed)
    assert contacts() == changed
    assert LogEntry.objects.get_for_object(Faculty.objects.get()).count() == 2


def test_a_preview_names_a_change_once_in_a_long_table_and_however_many_programmes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = ANNA | {
        "numer_albumu": "3",
        "login": "ewa",
        "imiona": "Ewa",
        "pesel": "",
        "kierunek": "etyka",
    }
    load(tmp_path, ANNA | CONTACTS, JAN | CONTACTS, other | CONTACTS)
    changed = CONTACTS | {"wydzial_telefon": "12 345 61 99"}
    rows = [each | changed for each in (ANNA, JAN, other)]
    monkeypatch.setattr(import_jobs, "BATCH", 1)
    path = write_csv(tmp_path / "u.csv", rows, columns=rows[0])
    with path.open("rb") as table:
        job = import_jobs.start_preview(File(table), ".csv", None, by=make_user(is_superuser=True))
    finish(job)
    assert job.notes.filter(detail__contains="12 345 61 99").count() == 1
    assert contacts() == CONTACTS
    assert sum("12 345 61 99" in each.detail for each in load(tmp_path, *rows, preview=True)) == 1


def test_a_table_need_not_have_them_and_empty_cells_take_nothing(tmp_path: Path) -> None:
    load(tmp_path, ANNA | CONTACTS)
    bring_in(ANNA)
    load(tmp_path, ANNA | {"wydzial_pokoj": "", "wydzial_telefon": ""})
    assert contacts() == CONTACTS


@pytest.mark.parametrize(
    ("column", "text", "reason"),
    [
        ("wydzial_telefon", "zadzwoń", "To nie jest numer telefonu."),
        ("wydzial_telefon", "+=1", "nie może zaczynać się od znaku „=”"),
        ("wydzial_email", "dziekanat", "adres e-mail"),
        ("wydzial_strona", "javascript:alert(1)", "To nie jest adres strony."),
        ("wydzial_strona", "=HYPERLINK(1)", "nie może zaczynać się od znaku „=”"),
        ("wydzial_pokoj", "#N/D!", "To błąd arkusza"),
    ],
)
def test_a_contact_that_does_not_work_is_refused_with_its_row(
    tmp_path: Path, column: str, text: str, reason: str
) -> None:
    first, second = load(tmp_path, ANNA | {column: text}, JAN | {column: ""})
    assert (first.outcome, second.outcome) == ("rejected", "new")
    assert first.detail.startswith(f"{column}: ")
    assert reason in first.detail
    assert not any(contacts().values())


def test_rows_of_one_faculty_that_contradict_each_other_change_nothing(tmp_path: Path) -> None:
    other = {"wydzial_telefon": "12 345 61 99", "wydzial": "WYDZIAŁ  FILOZOFICZNY"}
    first, second = load(tmp_path, ANNA | CONTACTS, JAN | CONTACTS | other)
    assert (first.outcome, second.outcome) == ("rejected", "rejected")
    assert first.detail == "ten wydział ma w pliku różne kontakty (wydzial_telefon)"


def test_the_page_of_the_import_names_the_columns(client: Client) -> None:
    client.force_login(make_user(is_staff=True, is_superuser=True))
    page = client.get("/admin/students/import/").content.decode()
    assert all(f"<code>{column}</code>" in page for column in (*COLUMNS, *CONTACT_COLUMNS))
