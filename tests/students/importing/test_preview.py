"""The preview in the admin: what changes as old → new, for whom, warnings first; photos of the rows that are taken."""

import re
import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from students.importing.job_kinds import IMPORT, PREVIEW
from students.importing.outcomes import preview_in_words
from students.models import Faculty, Job, Programme, Student
from students.pesel import compose_pesel
from students.roles import ADMINISTRATOR
from tests.mdocs.page.html import Document
from tests.students.factories import make_member, small_jpeg
from tests.students.finishing import finished
from tests.students.importing.importer import bring_in
from tests.students.importing.usos_file import ANNA, ANNAS_CARD, Row, write_csv

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_files")]

JAN = ANNA | {"numer_albumu": "2", "login": "jan", "imiona": "Jan", "pesel": ""}


@pytest.fixture
def importer(client: Client) -> Client:
    """Return a browser in which an administrator is signed in."""
    client.force_login(make_member(ADMINISTRATOR))
    return client


def preview(importer: Client, tmp_path: Path, *rows: Row, photos: dict[str, bytes] | None = None) -> Job:
    files = {"table": SimpleUploadedFile("u.csv", write_csv(tmp_path / "u.csv", rows).read_bytes())}
    if photos:
        archive = BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            for name, content in photos.items():
                file.writestr(name, content)
        files["photos"] = SimpleUploadedFile("p.zip", archive.getvalue())
    importer.post("/admin/students/import/", files)
    return finished(PREVIEW)


def applied(importer: Client, job: Job) -> Job:
    importer.post(f"/admin/students/import/{job.pk}/apply/")
    return finished(IMPORT)


def details(job: Job, outcome: str) -> list[tuple[str, str, str]]:
    return list(job.notes.filter(outcome=outcome).values_list("album_number", "holder", "detail"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"nazwisko": "Wójcik"}, "zmiana danych: nazwisko: Nowak → Wójcik"),
        ({"email": "a@example.edu.pl"}, "adres e-mail: anna@student.example.edu.pl → a@example.edu.pl"),
        ({"status": "urlop"}, "status: aktywny → urlop"),
        ({"do": "2028-09-30"}, "do: – → 30 września 2028"),
        ({"els_wazna_do": "2026-10-31"}, "ważna do: 31 marca 2026 → 31 października 2026"),
        ({"pesel": compose_pesel(date(2002, 7, 8), "F", 7)}, "PESEL: 022708••••• → 022708•••••"),
    ],
)
def test_a_change_is_shown_as_old_and_new_with_name_and_album_number(
    importer: Client, tmp_path: Path, change: Row, words: str
) -> None:
    before = ANNA | ANNAS_CARD | {"els_wazna_do": "2026-03-31"}
    bring_in(before)
    job = preview(importer, tmp_path, before | change)
    [(album, holder, detail)] = details(job, "changed")
    assert album == "123456" and holder == f"Anna Maria {change.get('nazwisko', 'Nowak')}"
    assert words in detail
    page = Document(importer.get(job.get_absolute_url()).content.decode()).texts("body")[0]
    assert words in page and f"{holder} (123456)" in page
    assert not re.search(r"\d{11}", " ".join(job.notes.values_list("detail", flat=True)))


def test_warnings_come_first_and_what_is_new_last(importer: Client, tmp_path: Path) -> None:
    bring_in(ANNA)
    job = preview(
        importer,
        tmp_path,
        JAN | {"wydzial": "Wydział Filozoficzy"},
        ANNA | {"status": "skreslony", "do": "2025-11-01"},
        JAN | {"numer_albumu": "3", "login": "bad", "poziom": "IV"},
    )
    page = importer.get(job.get_absolute_url()).content.decode()
    order = ["nowe wydziały i kierunki w katalogu", "odrzucone", "zakończone", "nowe"]
    rows = re.findall(r"<tr><td>(?:<a [^>]*>)?([^<]*)(?:</a>)?</td>", page[page.index("Wyniki") :])
    assert [word for word in rows if word.startswith(tuple(order))][:2] == [
        "nowe wydziały i kierunki w katalogu (sprawdź pisownię)",
        "odrzucone",
    ]
    assert rows.index("zakończone") < rows.index("nowe")
    notes = [note for note in re.findall(r"wiersz \d+", page) if note]
    assert notes[0] == "wiersz 2" and notes.index("wiersz 4") < notes.index("wiersz 3")
    assert "W katalogu przybędzie: nowy wydział w katalogu: Wydział Filozoficzy" in page


def test_what_is_new_in_the_catalogue_is_named_once_over_all_batches(
    importer: Client, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr("students.importing.import_jobs.BATCH", 1)
    rows = [
        ANNA | {"numer_albumu": str(number), "login": f"u{number}", "pesel": "", "wydzial": name}
        for number, name in enumerate(["Wydział Nowy", "Wydział Nowy", "WN"], start=1)
    ]
    job = preview(importer, tmp_path, *rows)
    assert job.counts["catalogue"] == 2 and Faculty.objects.count() == 0
    done = applied(importer, job)
    assert done.counts == job.counts
    assert (Faculty.objects.count(), Programme.objects.count(), Student.objects.count()) == (1, 1, 3)


def test_photos_are_previewed_for_the_rows_that_are_taken_and_no_others(
    importer: Client, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr("students.importing.import_jobs.BATCH", 1)
    bring_in(ANNA)
    job = preview(
        importer,
        tmp_path,
        ANNA | {"numer_albumu": "77"},  # the same person, by login and PESEL
        JAN,
        JAN | {"numer_albumu": "3", "login": "bad", "poziom": "IV"},
        photos={f"{album}.jpg": small_jpeg() for album in ("77", "123456", "2", "3", "4")},
    )
    assert details(job, "photo_new") == [
        ("2", "", "nowe zdjęcie"),
        ("77", "Anna Maria Nowak", "nowe zdjęcie"),
    ]
    assert job.counts["photo_new"] == 2 and job.counts["photo_rejected"] == 3
    done = applied(importer, job)
    assert done.counts == job.counts
    with_photos = Student.objects.filter(photo__isnull=False)
    assert set(with_photos.values_list("album_number", flat=True)) == {"2", "77"}


def test_a_photo_is_previewed_for_a_student_who_had_no_album_number(importer: Client, tmp_path: Path) -> None:
    bring_in(ANNA)
    Student.objects.update(album_number=None)
    job = preview(importer, tmp_path, ANNA, photos={"123456.jpg": small_jpeg()})
    assert details(job, "photo_new") == [("123456", "Anna Maria Nowak", "nowe zdjęcie")]


def test_what_the_preview_has_refused_is_not_taken_although_it_could_be_by_now(
    importer: Client, tmp_path: Path
) -> None:
    bring_in(ANNA)
    job = preview(importer, tmp_path, JAN | {"login": "anna"})
    assert job.counts == {"rejected": 1}
    good = preview(importer, tmp_path, JAN | {"login": "anna"}, JAN | {"numer_albumu": "5", "login": "five"})
    Student.objects.filter(album_number="123456").delete()
    done = applied(importer, good)
    assert done.counts == good.counts
    assert Student.objects.get().album_number == "5"


def test_the_sentences_above_a_preview_say_what_ends_what_comes_and_how_many_rows_do_what(
    importer: Client, tmp_path: Path
) -> None:
    bring_in(ANNA)
    job = preview(importer, tmp_path, ANNA | {"nazwisko": "Lis"}, JAN, JAN | {"poziom": "IV"})
    sentences = [
        "Import zakończy mLegitymacje i otwarte zamówienia: 0.",
        "Wiersze: odrzucone 1, zakończone 0, zmienione 1, nowe 1.",
    ]
    assert preview_in_words(job) == sentences, "nothing about the catalogue, which stays as it is"
    page = importer.get(job.get_absolute_url()).content.decode()
    assert all(sentence in page for sentence in sentences)


@pytest.mark.parametrize("ticked", [True, False])
def test_a_table_is_read_in_the_encoding_that_was_chosen_and_in_doubt_only_so(
    importer: Client, tmp_path: Path, ticked: bool
) -> None:
    row = JAN | {"nazwisko": "Ľubica", "wydzial": "WF"}
    content = write_csv(tmp_path / "u.csv", [row], encoding="iso8859-2").read_bytes()
    files = {"table": SimpleUploadedFile("u.csv", content)}
    answer = importer.post("/admin/students/import/", {**files, "encoding": "iso8859-2"} if ticked else files)
    if not ticked:
        assert (answer.status_code, Job.objects.count()) == (422, 0)
        assert "jakie kodowanie" in answer.content.decode()
        return
    assert [holder for _album, holder, _words in details(finished(PREVIEW), "new")] == ["Jan Ľubica"]


@pytest.mark.parametrize(("programmes", "named"), [(4, 5), (5, 6)])
def test_of_what_the_catalogue_gets_five_are_named_and_all_are_listed(
    importer: Client, tmp_path: Path, programmes: int, named: int
) -> None:
    rows = [ANNA | {"kierunek": f"kierunek {number}"} for number in range(programmes)]
    job = preview(importer, tmp_path, *rows)
    [sentence] = [each for each in preview_in_words(job) if each.startswith("W katalogu")]
    assert sentence.count("; ") + 1 == named
    assert sentence.endswith("; ….") == (programmes == 5)
    assert len(details(job, "catalogue")) == programmes + 1
