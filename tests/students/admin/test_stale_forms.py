"""A form that was open while others wrote takes nothing back: untouched fields stay, conflicts are shown first."""

from datetime import date
from html import unescape
from typing import Any

import pytest
from django.conf import settings
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from students.models import Enrolment, Faculty, Student
from students.pesel import compose_pesel
from students.photos import store_photo
from students.roles import CLERK
from tests.students.admin.pages import (
    enrolment_row,
    enrolment_rows,
    opened,
    page_of,
    signed_in,
    student_form,
)
from tests.students.factories import make_enrolment, make_member, make_programme, make_student, small_jpeg
from tests.students.forms import errors

pytestmark = pytest.mark.django_db
ANNA, OTHER = "02270803624", "02270803808"
ENDED = {"status": "struck_off", "ended_on": "2026-01-15"}


@pytest.fixture
def faculty() -> Faculty:
    return make_programme().faculty


@pytest.fixture
def dziekanat(faculty: Faculty) -> Client:
    return signed_in(make_member(CLERK, faculty))


@pytest.fixture
def studies(faculty: Faculty) -> Enrolment:
    return make_enrolment(make_student(pesel=ANNA), programme=faculty.programmes.get())


@pytest.fixture
def student(studies: Enrolment) -> Student:
    return studies.student


def page_with(client: Client, student: Student, *rows: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Open a student's page; return its form, with the rows of studies and changes in it."""
    initial = sum("id" in row for row in rows)
    data = student_form(student, **(enrolment_rows(*rows, initial=initial) | changes))
    return data | opened(client, page_of(student))


def again(answer: Any, data: dict[str, Any]) -> dict[str, Any]:
    """Return the form that an answer shows as a browser would send it once more."""
    formset = answer.context["inline_admin_formsets"][0].formset
    forms = [answer.context["adminform"].form, *formset.initial_forms, *formset.extra_forms]
    shown = {field.html_name: field.value() for form in forms for field in form}
    counts = {
        "enrolments-INITIAL_FORMS": len(formset.initial_forms),
        "enrolments-TOTAL_FORMS": len(formset.forms),
        "_version": answer.context["version"],
    }
    kept = {name: value for name, value in data.items() if "FORMS" in name}
    return kept | {name: value or "" for name, value in shown.items() if name != "new_photo"} | counts


def now(row: Any, *names: str) -> tuple[Any, ...]:
    fresh = type(row).objects.get(pk=row.pk)
    return tuple(str(getattr(fresh, name)) for name in names)


def import_comes(studies: Enrolment) -> None:
    """Do what an import does meanwhile: a new surname, and the end of the studies."""
    Student.objects.filter(pk=studies.student_id).update(last_name="Kowalska")
    Enrolment.objects.filter(pk=studies.pk).update(**ENDED)


def test_what_the_clerk_has_not_touched_is_not_written(
    dziekanat: Client, student: Student, studies: Enrolment
) -> None:
    data = page_with(dziekanat, student, enrolment_row(studies), album_number="777")
    import_comes(studies)
    assert dziekanat.post(page_of(student), data).status_code == 302
    assert now(student, "last_name", "album_number", "pesel") == ("Kowalska", "777", ANNA)
    assert now(studies, "status", "ended_on") == ("struck_off", "2026-01-15")


def test_a_conflict_is_shown_and_saving_again_decides(
    dziekanat: Client, student: Student, studies: Enrolment
) -> None:
    data = page_with(dziekanat, student, enrolment_row(studies), last_name="Lis", sex="F")
    import_comes(studies)
    Student.objects.filter(pk=student.pk).update(album_number="NEW")
    answer = dziekanat.post(page_of(student), data)
    found = errors(answer)
    assert "zmieniły się, odkąd ta strona" in found["__all__"][0]
    assert found["last_name"] == ["To zmieniło się w międzyczasie: Nowak → Kowalska."]
    assert "→ NEW" in found["album_number"][0]
    assert "aktywny → skreślony" in unescape(answer.content.decode())
    assert now(student, "last_name") == ("Kowalska",)
    more = again(answer, data)
    assert (more["last_name"], more["album_number"]) == ("Lis", "NEW")
    assert more["enrolments-0-status"] == "struck_off"
    assert dziekanat.post(page_of(student), more).status_code == 302
    assert now(student, "last_name", "album_number") == ("Lis", "NEW")
    assert now(studies, "status", "ended_on") == ("struck_off", "2026-01-15")


def test_a_conflict_is_shown_in_english(office: Client, student: Student, studies: Enrolment) -> None:
    office.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    data = page_with(office, student, enrolment_row(studies), last_name="Lis")
    import_comes(studies)
    assert errors(office.post(page_of(student), data))["last_name"] == [
        "This has changed meanwhile: Nowak → Kowalska."
    ]


def test_a_mistake_does_not_make_the_page_newer(
    dziekanat: Client, student: Student, studies: Enrolment
) -> None:
    data = page_with(dziekanat, student, enrolment_row(studies), album_number="777", birth_date="2999-01-01")
    import_comes(studies)
    answer = dziekanat.post(page_of(student), data)
    assert set(errors(answer)) == {"birth_date"}
    assert answer.context["version"] == data["_version"]
    assert dziekanat.post(page_of(student), data | {"birth_date": "2002-07-08"}).status_code == 302
    assert now(student, "last_name", "album_number") == ("Kowalska", "777")


def test_studies_that_changed_meanwhile_are_not_changed_in_part(
    dziekanat: Client, student: Student, studies: Enrolment
) -> None:
    row = enrolment_row(studies, started_on="2025-10-02")
    on_its_own = {**row, **opened(dziekanat, page_of(studies))}
    on_the_students = page_with(dziekanat, student, row)
    import_comes(studies)
    assert "aktywny → skreślony" in errors(dziekanat.post(page_of(studies), on_its_own))["status"][0]
    answer = dziekanat.post(page_of(student), on_the_students)
    assert answer.status_code == 200
    assert now(studies, "status", "started_on") != ("struck_off", "2025-10-02")
    more = again(answer, on_the_students)
    assert (more["enrolments-0-status"], more["enrolments-0-started_on"]) == ("struck_off", "2025-10-02")
    assert dziekanat.post(page_of(student), more).status_code == 302
    assert now(studies, "status", "started_on") == ("struck_off", "2025-10-02")


def test_studies_that_are_gone_hinder_nobody_and_are_not_brought_back(
    dziekanat: Client, student: Student, studies: Enrolment, faculty: Faculty
) -> None:
    second = make_enrolment(student, programme=make_programme(faculty=faculty), started_on="2024-10-01")
    rows = [enrolment_row(studies), enrolment_row(second)]
    data = page_with(dziekanat, student, *rows, album_number="777")
    touched = page_with(dziekanat, student, rows[0], enrolment_row(second, status="leave"))
    studies_touched = page_with(dziekanat, student, rows[1], enrolment_row(studies, status="leave"))
    second.delete()
    assert dziekanat.post(page_of(student), data).status_code == 302
    for sent in (touched, studies_touched):
        answer = dziekanat.post(page_of(student), sent | {"album_number": "777"})
        assert "Usunięto w międzyczasie: 1." in answer.content.decode()
    assert now(studies, "status") == ("active",)
    assert answer.context["inline_admin_formsets"][0].formset.initial_form_count() == 1
    assert dziekanat.post(page_of(student), again(answer, studies_touched)).status_code == 302
    assert now(studies, "status") == ("leave",)


def test_studies_that_an_import_has_added_are_not_added_twice(
    dziekanat: Client, student: Student, studies: Enrolment, faculty: Faculty
) -> None:
    second = make_programme(faculty=faculty)
    new = {"programme": second.pk, "status": "active", "started_on": "2026-02-01", "ended_on": ""}
    data = page_with(dziekanat, student, enrolment_row(studies), new)
    make_enrolment(student, programme=second, started_on="2026-02-01")
    answer = dziekanat.post(page_of(student), data)
    assert f"Doszło w międzyczasie: {second}" in unescape(answer.content.decode())
    assert student.enrolments.count() == 2
    more = again(answer, data)
    assert (more["enrolments-INITIAL_FORMS"], more["enrolments-2-programme"]) == (2, str(second.pk))
    assert dziekanat.post(page_of(student), more).status_code == 302
    assert student.enrolments.count() == 3  # somebody has decided so


def test_studies_that_have_changed_are_deleted_only_when_that_was_seen(
    office: Client, student: Student, studies: Enrolment
) -> None:
    data = page_with(office, student, enrolment_row(studies, DELETE="on"))
    import_comes(studies)
    answer = office.post(page_of(student), data)
    assert answer.status_code == 200 and student.enrolments.exists()
    more = again(answer, data)
    assert more["enrolments-0-DELETE"]
    assert office.post(page_of(student), more).status_code == 302
    assert not student.enrolments.exists()


@pytest.mark.parametrize("field", ["pesel", "remove_pesel"])
def test_a_pesel_that_changed_meanwhile_is_not_overwritten_and_stands_nowhere(
    dziekanat: Client, student: Student, studies: Enrolment, field: str
) -> None:
    typed = {"pesel": compose_pesel(date(2002, 7, 8), "F", 77), "remove_pesel": "on"}
    data = page_with(dziekanat, student, enrolment_row(studies), **{field: typed[field]})
    held = signing.loads(data["_version"], salt="students.page_versions")
    assert ANNA not in str(held)
    student.pesel = OTHER
    student.save()
    answer = dziekanat.post(page_of(student), data)
    assert "w międzyczasie" in errors(answer)["pesel"][0]
    assert OTHER not in answer.content.decode() and now(student, "pesel") == (OTHER,)


def test_a_photo_that_came_meanwhile_is_not_replaced_unseen(
    dziekanat: Client, student: Student, studies: Enrolment
) -> None:
    data = page_with(dziekanat, student, enrolment_row(studies))
    store_photo(student, small_jpeg(colour="red"), by=None)
    came = now(student, "photo_id")
    upload = SimpleUploadedFile("a.jpg", small_jpeg())
    assert (
        "w międzyczasie"
        in errors(dziekanat.post(page_of(student), data | {"new_photo": upload}))["new_photo"][0]
    )
    assert now(student, "photo_id") == came


@pytest.mark.parametrize("version", [{}, {"_version": "x"}])
def test_a_page_that_does_not_say_what_it_showed_writes_nothing(
    dziekanat: Client, student: Student, studies: Enrolment, version: dict[str, str]
) -> None:
    data = page_with(dziekanat, student, enrolment_row(studies, status="leave"), last_name="Lis")
    del data["_version"]
    answer = dziekanat.post(page_of(student), data | version)
    assert "Nie wiadomo, jakie dane" in errors(answer)["__all__"][0]
    assert (now(student, "last_name"), now(studies, "status")) == (("Nowak",), ("active",))
    assert dziekanat.post(page_of(student), again(answer, data)).status_code == 302
    assert (now(student, "last_name"), now(studies, "status")) == (("Lis",), ("leave",))


def test_the_version_of_another_page_says_nothing_about_this_one(
    dziekanat: Client, student: Student, studies: Enrolment, faculty: Faculty
) -> None:
    other = make_enrolment(make_student(), programme=faculty.programmes.get()).student
    data = page_with(dziekanat, student, enrolment_row(studies), last_name="Lis")
    answer = dziekanat.post(page_of(student), data | opened(dziekanat, page_of(other)))
    assert "Nie wiadomo, jakie dane" in errors(answer)["__all__"][0]
