"""Every change is in the audit log, with who made it and from where; what is protected is never there itself."""

from typing import Any

import pytest
from auditlog.context import set_actor
from auditlog.models import LogEntry
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client

from students.audit_log import HIDDEN, record_changes, record_creations
from students.models import Student, User
from students.roles import CLERK
from tests.students.admin.pages import enrolment_row, enrolment_rows, page_of, send, student_form
from tests.students.factories import make_card, make_enrolment, make_programme, make_student, make_user

pytestmark = pytest.mark.django_db
ANNA = "02270803624"
NEW = "02270803808"


def whole_log() -> str:
    """Return every column of every entry."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT auditlog_logentry::text FROM auditlog_logentry")
        return "\n".join(row[0] for row in cursor.fetchall())


def newest(row: Any) -> LogEntry:
    return LogEntry.objects.get_for_object(row).order_by("-pk")[0]


def test_a_change_in_the_admin_is_logged_with_who_and_from_where(office: Client) -> None:
    student = make_student(pesel=ANNA)
    enrolment = make_enrolment(student)
    rows = enrolment_rows(enrolment_row(enrolment, status="leave"), initial=1)
    form = student_form(student, last_name="Lis", pesel=NEW, **rows)
    assert send(office, page_of(student), form, REMOTE_ADDR="192.0.2.7").status_code == 302
    changes = newest(student).changes
    assert changes == {"last_name": ["Nowak", "Lis"], "pesel": [HIDDEN, HIDDEN]}
    assert newest(enrolment).changes == {"status": ["active", "leave"]}
    for entry in (newest(student), newest(enrolment)):
        assert entry.actor == User.objects.get(is_superuser=True)
        assert (entry.remote_addr, entry.action) == ("192.0.2.7", LogEntry.Action.UPDATE)


def test_no_pesel_is_in_the_log_whatever_happens_to_it(office: Client) -> None:
    student = make_student(pesel=ANNA)
    card = make_card(student)
    index = student.pesel_index
    send(office, page_of(student), student_form(student, pesel=NEW))
    send(office, page_of(student), student_form(student, remove_pesel="on"))
    student.pesel = ANNA
    student.save()
    make_enrolment(student).delete()
    card.delete()
    student.delete()
    log = whole_log()
    assert "Nowak" in log
    for secret in (ANNA, NEW, index):
        assert secret
        assert secret not in log


def test_an_entry_about_a_new_row_has_its_columns_and_nothing_else() -> None:
    student = make_student()
    assert set(newest(student).changes) == {
        "id", "user", "first_names", "last_name", "pesel", "album_number", "birth_date", "sex", "photo",
        "pesel_confirmed",
    }  # fmt: skip


def test_rights_and_passwords_of_accounts_are_logged_without_the_password() -> None:
    account = make_user()
    account.set_password("Kawa-i-herbata-7")
    account.save()
    (changed,) = LogEntry.objects.get_for_object(account).filter(changes__has_key="password", action=1)
    assert changed.changes == {"password": [HIDDEN, HIDDEN]}
    account.groups.add(Group.objects.get(name=CLERK))
    assert newest(account).changes["groups"]["objects"] == [CLERK]
    faculty = make_programme().faculty
    account.faculties.add(faculty)
    assert newest(account).changes["faculties"]["objects"] == [faculty.name]
    assert account.password not in whole_log()
    assert "pbkdf2" not in whole_log()
    changes = LogEntry.objects.exclude(action=LogEntry.Action.ACCESS).count()
    Client().force_login(account)  # signing in is no change
    assert LogEntry.objects.exclude(action=LogEntry.Action.ACCESS).count() == changes


def test_a_student_deleted_in_the_admin_leaves_a_trace(office: Client) -> None:
    student = make_student()
    key = student.pk
    assert office.post(f"/admin/students/student/{key}/delete/", {"post": "yes"}).status_code == 302
    assert not Student.objects.exists()
    entry = LogEntry.objects.filter(object_id=key, action=LogEntry.Action.DELETE).get()
    assert entry.actor == User.objects.get(is_superuser=True)


def test_bulk_changes_are_logged_as_the_others_whatever_text_they_hold() -> None:
    odd = 'Żółć\t"Nowak"\n\\N'
    student, clerk = make_student(pesel=ANNA), make_user(email="k@example.edu.pl")
    student.last_name = odd
    with set_actor(clerk, remote_addr="192.0.2.7"):
        record_changes([(student, {"last_name": ("Nowak", odd), "pesel": (NEW, ANNA)})])
        changed = newest(student)
        record_creations([student])
        created = newest(student)
    assert changed.changes == {"last_name": ["Nowak", odd], "pesel": [HIDDEN, HIDDEN]}
    assert created.changes["last_name"] == ["None", odd]
    assert (changed.action, created.action) == (LogEntry.Action.UPDATE, LogEntry.Action.CREATE)
    for entry in (changed, created):
        assert (entry.object_pk, entry.object_id, entry.object_repr) == (
            str(student.pk),
            student.pk,
            str(student),
        )
        assert (entry.actor, entry.actor_email, entry.remote_addr) == (clerk, clerk.email, "192.0.2.7")
    assert ANNA not in whole_log()
