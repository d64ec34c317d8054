"""A photo is cut out of a picture: seen first, accepted by its clerk, and by the rules of every photo."""

import re
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from students.importing.photo_index import index_photos
from students.importing.photo_sources import open_photos
from students.importing.photos import store_photos
from students.models import Photo, Student
from students.photos import ORPHANED_AFTER, delete_orphaned_files, set_photo
from students.roles import CLERK, VIEWER
from tests.students.admin.pages import heard, look_of, page_of, said, signed_in
from tests.students.factories import make_enrolment, make_member, make_programme, make_student, small_jpeg
from tests.students.test_jpegs import near
from tests.students.test_photo_frames import quartered
from tests.students.test_photos import files, opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def student() -> Student:
    student = make_student(photo=None)
    make_enrolment(student, programme=make_programme())
    return student


@pytest.fixture
def clerk(student: Student) -> Client:
    return signed_in(make_member(CLERK, student.enrolments.get().programme.faculty))


def uploads(student: Student) -> str:
    return f"/admin/students/student/{student.pk}/zdjecie/"


def upload(clerk: Client, student: Student, picture: bytes) -> Any:
    return clerk.post(uploads(student), {"picture": SimpleUploadedFile("a.jpg", picture)})


def test_a_part_of_a_picture_becomes_the_photo_once_it_is_accepted(
    clerk: Client, student: Student, photo_folder: Path, django_capture_on_commit_callbacks: Any
) -> None:
    page = upload(clerk, student, quartered(1800, 1400, orientation=6))["Location"]
    assert clerk.get(page).status_code == 200
    student.refresh_from_db()
    assert student.photo_id is None, "nothing has been accepted yet"
    green = {"width": 450, "left": 1000, "top": 20}
    seen = clerk.get(f"{page}podglad/", green).content
    with heard() as news, django_capture_on_commit_callbacks(execute=True):
        answer = clerk.post(page, green)
    assert answer["Location"] == look_of(student)
    student.refresh_from_db()
    assert student.photo is not None and student.photo.uploaded_by is not None
    assert student.photo.read() == seen
    assert near(opened(seen), (0, 255, 0))
    assert [ids for ids, _by in news] == [[student.pk]]
    assert files(photo_folder) == [photo_folder / str(student.photo.file.name)], "the draft is gone"
    assert said(clerk.get(page))[-1] == "Tego zdjęcia już tu nie ma. Wczytaj je jeszcze raz."


def test_without_javascript_the_automatic_cut_is_shown_and_has_to_be_accepted(
    clerk: Client, student: Student
) -> None:
    page = upload(clerk, student, small_jpeg(900, 600))["Location"]
    html = clerk.get(page).content.decode()
    found = re.search(r'src="([^"]*/podglad/\?[^"]*)"', html)
    assert found
    cut = clerk.get(found[1].replace("&amp;", "&"))
    assert (cut["Content-Type"], opened(cut.content).size) == ("image/jpeg", (467, 600))
    looked = clerk.get(page, {"width": 400, "left": 5, "top": 6}).content.decode()
    assert "width=400&amp;left=5&amp;top=6" in looked
    values = dict(re.findall(r'name="(width|left|top)" value="(\d+)"', html))
    assert clerk.post(page, values).status_code == 302
    student.refresh_from_db()
    assert student.photo and student.photo.read() == cut.content


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        ({"width": 400, "left": 501, "top": 0}, "wychodzi poza zdjęcie"),
        ({"width": 400, "left": 0, "top": -1}, "wychodzi poza zdjęcie"),
        ({"width": 200, "left": 0, "top": 0}, "za mała"),
        ({"width": "x", "left": 0, "top": 0}, "liczb"),
        ({"width": 400, "left": 0}, "wymagane"),
        ({"width": "9" * 400, "left": 0, "top": 0}, "wychodzi|liczb"),
    ],
)
def test_a_frame_that_is_no_part_of_the_picture_stores_nothing(
    clerk: Client, student: Student, frame: dict[str, Any], words: str
) -> None:
    page = upload(clerk, student, small_jpeg(900, 600))["Location"]
    answer = clerk.post(page, frame)
    assert answer.status_code == 422
    assert re.search(words, str(answer.context["form"].errors))
    assert clerk.get(f"{page}podglad/", frame).status_code == 404
    assert not Photo.objects.exists()


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (b"no photo", "nie jest zdjęcie"),
        (small_jpeg(300, 400), "za małe"),
        (small_jpeg(900, 600)[:3000], "uszkodzony"),
        (b"\0" * (5 * 1024 * 1024 + 1), "5 MB"),
    ],
)
def test_what_no_photo_can_be_cut_out_of_is_refused_at_once(
    clerk: Client, student: Student, photo_folder: Path, picture: bytes, words: str
) -> None:
    answer = upload(clerk, student, picture)
    assert answer.status_code == 422
    assert words in answer.context["form"].errors["picture"][0]
    assert files(photo_folder) == []


def test_a_photo_that_came_meanwhile_is_not_replaced_unseen(clerk: Client, student: Student) -> None:
    frame = {"width": 400, "left": 0, "top": 0}
    page = upload(clerk, student, small_jpeg(900, 600))["Location"]
    other = set_photo(student, small_jpeg(colour="red"), by=None)
    again = clerk.post(page, frame)
    student.refresh_from_db()
    assert student.photo == other
    assert "W międzyczasie" in said(again)[0]
    assert clerk.post(again["Location"], frame)["Location"] == look_of(student)
    student.refresh_from_db()
    assert student.photo != other


def test_an_import_of_the_same_file_keeps_the_cut(clerk: Client, student: Student, tmp_path: Path) -> None:
    picture = small_jpeg(600, 800)
    page = upload(clerk, student, picture)["Location"]
    clerk.post(page, {"width": 400, "left": 9, "top": 9})
    source = tmp_path / "usos"
    source.mkdir()
    (source / f"{student.album_number}.jpg").write_bytes(picture)
    with open_photos(source) as (found, read):
        assert [result.outcome for result in store_photos(list(index_photos(found)), read, by=None)] == [
            "photo_unchanged"
        ]


def test_only_who_may_change_the_student_sees_the_pages(clerk: Client, student: Student) -> None:
    page = upload(clerk, student, small_jpeg(900, 600))["Location"]
    faculty = student.enrolments.get().programme.faculty
    others = {
        signed_in(make_member(VIEWER, faculty)): 403,
        signed_in(make_member(CLERK, make_programme().faculty)): 404,
        signed_in(student.user): 302,
        Client(): 302,
    }
    for browser, status in others.items():
        for address in (uploads(student), page, f"{page}obraz/", f"{page}podglad/"):
            assert browser.get(address).status_code == status, address
        assert upload(browser, student, small_jpeg()).status_code == status
    assert "Wczytaj i przytnij" in clerk.get(page_of(student)).content.decode()
    assert "Wczytaj i przytnij" not in next(iter(others)).get(page_of(student)).content.decode()


def test_a_draft_is_its_clerks_and_its_students_and_not_for_long(
    clerk: Client, student: Student, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = upload(clerk, student, small_jpeg(900, 600))["Location"]
    faculty = student.enrolments.get().programme.faculty
    colleague = signed_in(make_member(CLERK, faculty))
    assert colleague.get(f"{page}obraz/").status_code == 404
    other = make_student(photo=None)
    make_enrolment(other, programme=make_programme(faculty=faculty))
    moved = page.replace(f"/{student.pk}/", f"/{other.pk}/")
    assert clerk.get(f"{moved}obraz/").status_code == 404
    assert clerk.post(moved, {"width": 400, "left": 0, "top": 0})["Location"] == uploads(other)
    assert clerk.get(f"{page[:-2]}x/obraz/").status_code == 404
    assert clerk.get(f"{page}obraz/").status_code == 200
    later = time.time() + 61 * 60
    with monkeypatch.context() as clock:
        clock.setattr("django.core.signing.time.time", lambda: later)
        assert clerk.get(f"{page}obraz/").status_code == 404


def test_a_draft_that_is_given_up_is_deleted_a_day_later(
    clerk: Client, student: Student, photo_folder: Path
) -> None:
    upload(clerk, student, small_jpeg(900, 600))
    assert len(files(photo_folder)) == 1
    assert delete_orphaned_files(timezone.now() + ORPHANED_AFTER + timedelta(minutes=1)) == 1
