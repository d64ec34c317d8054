"""Undo of an import: what has not changed since is put back, the rest is listed."""

from typing import Any

import pytest
from auditlog.models import LogEntry
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from mdocs.models import Order
from mdocs.statuses import Status
from students.cards import end_card, extend_card
from students.importing.job_kinds import UNDO_PREVIEW
from students.models import (
    CardExtension,
    EndReason,
    Faculty,
    Job,
    Look,
    Photo,
    Programme,
    Student,
    StudentCard,
    User,
)
from students.pesel import compose_pesel
from students.photos import delete_replaced_photos
from tests.mdocs.entitlement.causes import collected
from tests.students.factories import make_photo, small_jpeg
from tests.students.importing.conftest import TODAY
from tests.students.importing.importer import bring_in
from tests.students.importing.test_office import archive
from tests.students.importing.undo.conftest import (
    JAN,
    NEW_CARD,
    STORED,
    Imported,
    everything,
    left,
    told,
)
from tests.students.importing.usos_file import Row, many_rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_files")]


@pytest.mark.parametrize(
    "change",
    [
        {"nazwisko": "Wójcik", "email": "w@example.edu.pl"},
        {"pesel": compose_pesel(TODAY.replace(2002, 7, 8), "F", 9)},
        {"numer_albumu": "777"},
        {"login": "inna"},
        {"status": "skreslony", "do": "2025-11-01"},
        {"wydzial": "Wydział Nowy", "kierunek": "astronomia", "od": "2025-10-05"},
        {"els_wazna_do": "2026-10-31"},
        {"wydzial_telefon": "12 345 61 99"},
        NEW_CARD,
    ],
    ids=lambda change: "-".join(change),
)
def test_what_has_not_changed_since_is_put_back(imported: Imported, undone: Any, change: Row) -> None:
    bring_in(STORED)
    before = everything()
    job = imported(STORED | change)
    assert everything() != before
    done = undone(job)
    assert everything() == before
    assert "left" not in done.counts and done.done == done.total
    if change.get("nazwisko"):
        assert "nazwisko: Wójcik → Nowak" in str(told(done))
    assert change.get("pesel", "no PESEL") not in str(told(done))
    assert not CardExtension.objects.filter(undone_at=None).exists()


def test_what_the_import_added_and_nobody_has_used_is_removed(imported: Imported, undone: Any) -> None:
    before = everything()
    job = imported(*many_rows(3, today=TODAY))
    created = Student.objects.count()
    done = undone(job)
    assert created == 3 and everything() == before
    assert done.counts["removed"] == 3 * 4 + 3 + 3  # student, account, studies, card; faculties, programmes
    assert LogEntry.objects.filter(action=LogEntry.Action.DELETE, cid=done.audit_id).count() == 18


@pytest.mark.parametrize("used", ["order", "login", "changed", "extended", "looked at"])
def test_a_new_student_who_is_in_use_by_now_stays_with_all_that_is_theirs(
    imported: Imported, undone: Any, client: Client, used: str
) -> None:
    first, second = many_rows(2, today=TODAY)
    job = imported(first, second | {"wydzial": "WP", "kierunek": "inny"})
    student = Student.objects.get(album_number=first["numer_albumu"])
    if used == "order":
        student.photo = make_photo()
        student.save()
        LogEntry.objects.filter(changes__has_key="photo").delete()
        collected(student)
    elif used == "login":
        User.objects.filter(pk=student.user_id).update(last_login=timezone.now())
    elif used == "changed":
        student.first_names = "Inne"
        student.save()
    elif used == "looked at":
        client.get(f"/admin/students/student/{student.pk}/change/")
        assert Look.objects.filter(student=student).exists()
    else:
        extend_card(student.cards.get(), TODAY.replace(2026, 10, 31), by=None)
    done = undone(job)
    assert list(Student.objects.values_list("pk", flat=True)) == [student.pk]
    assert (student.enrolments.count(), student.cards.count()) == (1, 1)
    assert list(Programme.objects.values_list("pk", flat=True)) == [student.enrolments.get().programme_id]
    assert Faculty.objects.count() == 1
    assert ("od importu" in left(done)) and student.full_name.split()[-1] in left(done)


def test_what_somebody_has_changed_since_stays_and_is_listed(imported: Imported, undone: Any) -> None:
    bring_in(STORED, JAN)
    job = imported(
        STORED | {"nazwisko": "Wójcik", "status": "urlop", "els_wazna_do": "2026-10-31"},
        JAN | {"nazwisko": "Lis"},
    )
    anna = Student.objects.get(album_number="123456")
    anna.last_name = "Wójcik-Lis"
    anna.save()
    end_card(anna.cards.get(), EndReason.LOST, by=None)
    done = undone(job)
    anna.refresh_from_db()
    assert anna.last_name == "Wójcik-Lis"
    assert anna.enrolments.get().status == "active"
    assert Student.objects.get(album_number="2").last_name == "Nowak"
    assert "Wójcik-Lis (123456): od importu zmienione" in left(done)


def test_studies_that_were_changed_since_stay_with_their_programme(imported: Imported, undone: Any) -> None:
    bring_in(STORED)
    job = imported(STORED, STORED | {"kierunek": "prawo", "poziom": "JM"})
    studies = Student.objects.get().enrolments.get(programme__name="prawo")
    studies.started_on = TODAY.replace(2025, 10, 2)
    studies.save()
    done = undone(job)
    assert studies.programme in Programme.objects.all() and Student.objects.get().enrolments.count() == 2
    assert "od importu zmienione" in left(done) and "od importu użyte" in left(done)
    assert "ma już kto inny" not in left(done)


def test_a_card_that_was_replaced_stays_ended_where_another_is_in_use(
    imported: Imported, undone: Any
) -> None:
    bring_in(STORED)
    job = imported(STORED | NEW_CARD)
    extend_card(StudentCard.objects.get(barcode_number="9000"), TODAY.replace(2026, 10, 31), by=None)
    done = undone(job)
    assert StudentCard.objects.in_use().get().barcode_number == "9000"
    assert "8000123456: student ma w użyciu inną" in left(done) and "9000: od importu" in left(done)


def test_a_number_that_is_somebody_elses_by_now_stays_there(imported: Imported, undone: Any) -> None:
    bring_in(STORED, JAN | {"nazwisko": "Lis"})
    job = imported(STORED | {"numer_albumu": "777"}, JAN | {"nazwisko": "Kot"})
    bring_in(JAN | {"numer_albumu": "123456", "login": "nowa"})
    done = undone(job)
    assert set(Student.objects.values_list("album_number", "last_name")) == {
        ("777", "Nowak"),
        ("2", "Lis"),
        ("123456", "Nowak"),
    }
    assert "ma już kto inny" in left(done)


def test_an_mlegitymacja_that_the_import_ended_does_not_come_back_and_the_page_says_so(
    imported: Imported, undone: Any, client: Client
) -> None:
    bring_in(STORED)
    student = Student.objects.get()
    student.photo = make_photo()
    student.save()
    order = collected(student)
    job = imported(STORED | {"nazwisko": "Wójcik"})
    page = client.get(job.get_absolute_url()).content.decode()
    assert "Pokaż, co da się cofnąć" in page and "zakończonych przez import (1) nie da się przywrócić" in page
    done = undone(job)
    order.refresh_from_db()
    assert (Student.objects.get().last_name, order.status) == ("Nowak", Status.REVOKING)
    [(_outcome, holder, _reason)] = [note for note in told(done) if note[0] == "document_ended"]
    assert holder == "Anna Maria Wójcik"
    for each in (Job.objects.get(kind=UNDO_PREVIEW), done):
        assert "nie da się przywrócić: 1" in client.get(each.get_absolute_url()).content.decode()


def test_an_undo_ends_no_mlegitymacja_that_was_ordered_since(imported: Imported, undone: Any) -> None:
    bring_in(STORED)
    job = imported(STORED | NEW_CARD)
    student = Student.objects.get()
    student.photo = make_photo()
    student.save()
    order = collected(student)
    done = undone(job)
    assert StudentCard.objects.in_use().get().barcode_number == order.card_number == "9000"
    assert Order.objects.get().status == Status.COLLECTED
    assert "cofnięcie zakończyłoby" in left(done)


def test_photos_come_back(imported: Imported, undone: Any) -> None:

    bring_in(STORED)
    student = Student.objects.get()
    student.photo = before = make_photo()
    student.save()
    zipped = archive(_123456=small_jpeg(colour="red"))
    job = imported(STORED, photos=ContentFile(zipped.read()))
    student.refresh_from_db()
    assert student.photo != before
    delete_replaced_photos()
    undone(job)
    student.refresh_from_db()
    assert student.photo == before
    assert Photo.objects.filter(pk=before.pk).exists()
