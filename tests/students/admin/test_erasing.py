"""One student is erased in the admin: after a page that says what goes and what stays, by those who may."""

import pytest
from auditlog.models import LogEntry
from django.test import Client

from students import erasure
from students.models import AuditEntry, Student, User
from students.roles import ADMINISTRATOR, CLERK
from tests.students.admin.pages import signed_in
from tests.students.factories import make_eligible_student, make_member
from tests.students.test_retention import who_left

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(db: None) -> Client:
    return signed_in(make_member(ADMINISTRATOR))


def page(student: Student) -> str:
    return f"/admin/students/student/{student.pk}/erase/"


def test_the_page_says_what_goes_and_what_stays(boss: Client) -> None:
    shown = boss.get(page(who_left(1))).content.decode()
    for text in (*erasure.GOES, *erasure.STAYS):
        assert str(text) in shown
    assert any("zamówienia mLegitymacji" in str(text) for text in erasure.STAYS)


def test_it_is_done_when_the_album_number_is_typed_and_named_in_the_log(boss: Client) -> None:
    student = who_left(1)
    assert boss.post(page(student), {"confirmed": "1"}).status_code == 400
    assert Student.objects.get(pk=student.pk).last_name == student.last_name
    assert boss.post(page(student), {"confirmed": student.album_number}).status_code == 302
    assert Student.objects.get(pk=student.pk).last_name == "-"
    entry = LogEntry.objects.filter(additional_data__done="erased").get()
    assert entry.actor is not None and student.last_name not in entry.object_repr


def test_who_studies_is_not_erased(boss: Client) -> None:
    student = make_eligible_student()
    shown = boss.get(page(student)).content.decode()
    assert "Ta osoba studiuje" in shown and "<form method" not in shown.split("content-main")[1]
    assert boss.post(page(student), {"confirmed": student.album_number}).status_code == 400
    assert Student.objects.get(pk=student.pk).pesel == student.pesel


def test_a_clerk_may_not() -> None:
    student = who_left(1)
    clerk = signed_in(make_member(CLERK, student.enrolments.get().programme.faculty))
    assert clerk.get(page(student)).status_code == 403
    assert "Usuń dane osobowe" not in clerk.get(f"/admin/students/student/{student.pk}/").content.decode()


def test_an_account_of_staff_who_left_is_erased_and_what_it_did_stays(boss: Client) -> None:
    left = make_member(CLERK)
    left.first_name, left.last_name, left.email = "Dorota", "Brzęczyszczykiewicz", "dorota@example.edu"
    left.save()
    student = who_left(1)
    clerk = signed_in(left)
    clerk.post(f"/admin/students/student/{student.pk}/pesel/")
    LogEntry.objects.log_create(student, force_log=True, action=LogEntry.Action.ACCESS, actor=left)
    address = f"/admin/students/user/{left.pk}/erase/"
    assert address in boss.get(f"/admin/students/user/{left.pk}/change/").content.decode()
    assert "najpierw je wyłącz" in boss.get(address).content.decode()
    assert boss.post(address, {"confirmed": left.username}).status_code == 200
    User.objects.filter(pk=left.pk).update(is_active=False)
    assert boss.post(address, {"confirmed": "somebody"}).status_code == 400
    assert boss.post(address, {"confirmed": left.username}).status_code == 302
    rows = str(list(User.objects.values()) + list(AuditEntry.objects.values()))
    for name in ("Brzęczyszczykiewicz", "dorota@", left.username):
        assert name not in rows
    assert AuditEntry.objects.filter(actor=left, object_id=student.pk).exists()


def test_neither_oneself_nor_a_student_is_erased_as_an_account() -> None:
    boss = make_member(ADMINISTRATOR)
    student = who_left(1)
    for account, why in ((boss, "własne konto"), (student.user, "na stronie studenta")):
        shown = signed_in(boss).get(f"/admin/students/user/{account.pk}/erase/").content.decode()
        assert why in shown
    assert signed_in(make_member(CLERK)).get(f"/admin/students/user/{boss.pk}/erase/").status_code == 403
