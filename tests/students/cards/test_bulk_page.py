"""The page on which many cards are extended asks for one thing, says what is wrong, and leads to the progress."""

from datetime import date
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from students import jobs
from students.models import Job, Programme, StudentCard
from students.roles import CLERK
from tests.mdocs.page.html import Document
from tests.students.cards.holders import make_card_in_use, make_holder
from tests.students.factories import make_member, make_programme

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("november")]
PAGE = reverse("admin:students_studentcard_extend_many")
BEFORE, UNTIL = date(2026, 10, 31), date(2027, 3, 31)


@pytest.fixture
def programme() -> Programme:
    return make_programme()


@pytest.fixture
def desk(client: Client, programme: Programme) -> Client:
    client.force_login(make_member(CLERK, programme.faculty))
    return client


def upload(data: bytes, name: str = "lista.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


@pytest.mark.parametrize("whose", ["faculty", "programme", "numbers"])
def test_the_form_leads_to_a_preview_whose_button_extends_and_that_to_an_undo(
    desk: Client, programme: Programme, whose: str
) -> None:
    card = make_card_in_use(programme, valid_until=BEFORE)
    values: dict[str, Any] = {
        "faculty": programme.faculty_id,
        "programme": programme.pk,
        "numbers": upload(f"numer\n{card.barcode_number}\n".encode()),
    }
    answer = desk.post(PAGE, {"until": "2027-03-31", whose: values[whose]})
    job = Job.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, job.get_absolute_url())
    assert "31 marca 2027" in job.title
    jobs.run_due()
    page = desk.get(job.get_absolute_url()).content.decode()
    assert "Do 31 marca 2027 zostaną przedłużone legitymacje: 1." in Document(page).texts("body")[0]
    assert "Przedłuż legitymacje: 1" in page
    assert StudentCard.objects.get().valid_until == BEFORE, "a preview changes nothing"
    assert f"/admin/students/job/{job.pk}/list.csv" not in page, "where nobody is skipped there is no list"
    start = reverse("admin:students_studentcard_extend_previewed", args=[job.pk])
    assert desk.get(start).status_code == 405
    extension = Job.objects.get(pk=desk.post(start)["Location"].split("/")[-3])
    assert desk.post(start)["Location"] == extension.get_absolute_url(), "a double click extends once"
    jobs.run_due()
    assert StudentCard.objects.get().valid_until == UNTIL
    page = desk.get(extension.get_absolute_url()).content.decode()
    assert "zrobiono 1 z 1" in page and "przedłużone" in page and "Cofnij te przedłużenia" in page
    assert "Przedłuż legitymacje" not in desk.get(job.get_absolute_url()).content.decode()
    undo = reverse("admin:students_studentcard_undo_extensions", args=[extension.pk])
    undoing = desk.post(undo)["Location"]
    jobs.run_due()
    assert StudentCard.objects.get().valid_until == BEFORE
    assert "cofnięte" in desk.get(undoing).content.decode()
    assert "Cofnij te" not in desk.get(extension.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({}, "Wybierz jedno z trzech"),
        ({"faculty": "mine", "programme": "mine"}, "Wybierz jedno z trzech"),
        ({"faculty": "mine", "numbers": b"8001"}, "Wybierz jedno z trzech"),
        ({"faculty": "mine", "until": "2026-11-01"}, "już minęła"),
        ({"faculty": "mine", "until": "2029-01-01"}, "zbyt odległa"),
        ({"faculty": "other"}, "Wybierz poprawną wartość"),
        ({"programme": "other"}, "Wybierz poprawną wartość"),
        ({"numbers": b"80-01\n"}, "wiersze: 1"),
        ({"numbers": b"PK\x03\x04"}, "nie jest plik ZIP albo jest uszkodzony"),
        ({"numbers": b"PK\x03\x04"}, "nie da się otworzyć"),
        ({"numbers": b"8" * (5 * 1024 * 1024 + 1)}, "najwyżej 5 MB"),
    ],
)
def test_a_mistake_is_told_and_begins_nothing(
    desk: Client, programme: Programme, form: dict[str, Any], message: str
) -> None:
    other = make_programme()
    keys = {
        "faculty": {"mine": programme.faculty_id, "other": other.faculty_id},
        "programme": {"mine": programme.pk, "other": other.pk},
    }
    values: dict[str, Any] = {"until": "2027-03-31"}
    for name, value in form.items():
        values[name] = upload(value) if isinstance(value, bytes) else keys.get(name, {}).get(value, value)
    answer = desk.post(PAGE, values)
    assert answer.status_code == 200
    assert message in answer.content.decode()
    assert not Job.objects.exists()


def test_only_the_clerks_faculties_and_programmes_are_offered(desk: Client, programme: Programme) -> None:
    other = make_programme()
    page = desk.get(PAGE).content.decode()
    assert programme.name in page
    assert programme.faculty.name in page
    assert other.name not in page
    assert other.faculty.name not in page


def test_whom_it_skips_and_why_can_be_taken_away_as_a_table(desk: Client, programme: Programme) -> None:
    late = make_card_in_use(programme, valid_until=UNTIL).student.album_number
    without = make_holder(programme).album_number
    desk.post(PAGE, {"until": "2027-03-31", "programme": programme.pk})
    jobs.run_due()
    job = Job.objects.get()
    address = f"/admin/students/job/{job.pk}/list.csv"
    assert f"{address}?outcome=" in desk.get(job.get_absolute_url()).content.decode()
    table = b"".join(desk.get(address)).decode("utf-8-sig")
    assert f"{late};już przedłużona do tego dnia lub dłużej" in table and f"{without};student bez" in table
    some = b"".join(desk.get(address, {"outcome": "no_card"})).decode()
    assert str(without) in some and str(late) not in some
    assert desk.get(address.replace("csv", "xlsx")).status_code == 200
    assert desk.get(address.replace("csv", "pdf")).status_code == 404
    assert LogEntry.objects.filter(additional_data__exported=2).count() == 2
    desk.force_login(make_member(CLERK, programme.faculty))
    assert desk.get(address).status_code == 404, "it is another clerk's"
