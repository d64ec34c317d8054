"""manage.py import_students: the nightly run."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from students.models import Enrolment, Photo, Student
from tests.students.factories import small_jpeg
from tests.students.importing.usos_file import ANNA, write_csv

pytestmark = pytest.mark.django_db

JAN = ANNA | {"numer_albumu": "2", "login": "jan", "imiona": "Jan", "pesel": ""}


def run(*arguments: Any) -> tuple[str, str, int]:
    """Run the command; return what it prints, what it complains of, and its exit code."""
    out, err, code = StringIO(), StringIO(), 0
    try:
        call_command("import_students", *arguments, stdout=out, stderr=err)
    except CommandError as error:
        err.write(str(error))
        code = error.returncode
    return out.getvalue(), err.getvalue(), code


def test_a_file_and_its_photos_are_imported_and_counted(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "u.csv", [ANNA, JAN])
    (tmp_path / "zdjecia").mkdir()
    (tmp_path / "zdjecia" / "2.jpg").write_bytes(small_jpeg())
    out, err, code = run(file, "--photos", tmp_path / "zdjecia")
    assert "nowe: 2, w tym nowi studenci: 2, zdjęcia nowe: 1" in out
    assert (err, code) == ("", 0)
    assert Student.objects.get(album_number="2").photo
    out, _err, code = run(file, "--photos", tmp_path / "zdjecia")
    assert ("bez zmian: 2, zdjęcia bez zmian: 1" in out, code) == (True, 0)


def test_a_dry_run_says_row_by_row_what_would_be_and_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "2.jpg").write_bytes(small_jpeg())
    file = write_csv(tmp_path / "u.csv", [ANNA, JAN])
    out, _err, code = run(file, "--dry-run", "--photos", tmp_path)
    assert "wiersz 2: nowe: nowy student" in out
    assert "zdjęcie 2: zdjęcia nowe: nowe zdjęcie" in out
    assert "nic nie zmieniono: " in out and "nowe: 2," in out
    assert (Student.objects.count(), Enrolment.objects.count()) == (0, 0)
    assert code == 3, "the table among the photos is no photo"


def test_rejected_rows_are_named_on_stderr_without_a_pesel_and_the_rest_is_in(tmp_path: Path) -> None:
    bad = ANNA | {"data_urodzenia": "2002-07-09"}
    _out, err, code = run(write_csv(tmp_path / "u.csv", [bad, JAN]))
    assert "wiersz 2: odrzucone: data_urodzenia: Data urodzenia nie zgadza się z numerem PESEL." in err
    assert ANNA["pesel"] not in err
    assert code == 3
    assert Student.objects.get().album_number == "2"


def test_a_file_that_cannot_be_read_changes_nothing(tmp_path: Path) -> None:
    good, broken = write_csv(tmp_path / "u.csv", [ANNA]), tmp_path / "broken.csv"
    broken.write_text(good.read_text() + '"no end')
    for arguments in ([broken], [tmp_path / "nothing.csv"], [good, "--photos", good]):
        _out, err, code = run(*arguments)
        assert code == 1
        assert err
    assert Student.objects.count() == 0


@pytest.mark.parametrize("dry", [[], ["--dry-run"]])
def test_photos_are_cut_where_the_command_says_so_and_named(tmp_path: Path, dry: list[str]) -> None:
    (tmp_path / "z").mkdir()
    (tmp_path / "z" / "2.jpg").write_bytes(small_jpeg(900, 600))
    file = write_csv(tmp_path / "u.csv", [JAN])
    _out, err, code = run(file, "--photos", tmp_path / "z", "--dry-run")
    assert ("zdjęcie 2: zdjęcia odrzucone: Zdjęcie jest szersze" in err, code) == (True, 3)
    out, err, code = run(file, "--photos", tmp_path / "z", "--cut-photos", *dry)
    assert ("zdjęcie 2: zdjęcia przycięte: nowe zdjęcie, przycięte" in out, err, code) == (True, "", 0)
    assert Photo.objects.count() == (not dry)
