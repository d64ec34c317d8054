"""Sessions: a dump opens none, they end when nobody uses them, and whoever they belong to sees and ends them."""

from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth.models import Permission
from django.core import signing
from django.db import connection
from django.db.models import F
from django.test import Client
from django.utils import timezone

from accounts.invitations import jobs as invitations
from accounts.models import Session
from api.models import Token
from students.models import Faculty, Student, User
from students.roles import CLERK
from tests.mdocs.page.html import read
from tests.students.factories import (
    PASSWORD,
    make_clerk,
    make_enrolment,
    make_member,
    make_programme,
    make_user,
)

PAGE, SECURITY = "/dla-studentow/moje-studia/mlegitymacja/", "/konto/bezpieczenstwo/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
pytestmark = pytest.mark.django_db


def sign_in(user: User, **headers: Any) -> Client:
    client = Client(**headers)
    assert client.post("/logowanie/", {"username": user.username, "password": PASSWORD}).status_code == 302
    return client


def is_in(client: Client) -> bool:
    return client.get(SECURITY).status_code == 200


def pass_time(span: timedelta) -> None:
    """Have every session as old as if this time had passed."""
    Session.objects.update(
        created_at=F("created_at") - span,
        last_seen_at=F("last_seen_at") - span,
        expire_date=F("expire_date") - span,
    )


def test_what_the_database_holds_opens_no_session(student: Student) -> None:
    client = sign_in(student.user)
    key = client.cookies["sessionid"].value
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(s)::text FROM accounts_session s")
        dump = str(cursor.fetchall())
    assert key not in dump
    thief = Client()
    thief.cookies["sessionid"] = Session.objects.get().pk
    assert not is_in(thief)
    assert is_in(client)


def test_a_student_who_does_nothing_for_two_hours_is_signed_out(student: Student) -> None:
    client = sign_in(student.user)
    pass_time(timedelta(hours=1, minutes=59))
    assert is_in(client)  # which is a use
    pass_time(timedelta(hours=1, minutes=59))
    assert is_in(client)
    pass_time(timedelta(hours=2, minutes=1))
    assert not is_in(client)


def test_staff_are_signed_out_after_half_an_hour(student: Student) -> None:
    client = sign_in(make_clerk("students.view_student"))
    pass_time(timedelta(minutes=29))
    assert is_in(client)
    pass_time(timedelta(minutes=31))
    assert not is_in(client)


def test_a_session_ends_after_twelve_hours_however_busy_it_is(student: Student) -> None:
    client = sign_in(student.user)
    for _ in range(7):
        pass_time(timedelta(minutes=100))
        assert is_in(client)
    pass_time(timedelta(minutes=30))
    assert not is_in(client)


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(student: Student) -> None:
    client = sign_in(student.user)
    state = f"{PAGE}stan/"
    for _ in range(4):
        pass_time(timedelta(minutes=29))
        client.get(state, headers={"HX-Request": "true"})
    pass_time(timedelta(minutes=5))
    assert not is_in(client)


def test_the_page_of_a_job_that_is_left_open_keeps_nobody_signed_in() -> None:
    clerk = make_member(CLERK, Faculty.objects.create(code="W", name="W", name_en="W"))
    client = sign_in(clerk)
    page = invitations.start(clerk).get_absolute_url() + "?outcome=invited"
    for _ in range(4):
        (again,) = read(client.get(page)).all("meta", **{"http-equiv": "refresh"})
        query = again.attrs["content"].removeprefix("2;url=")
        assert query == "?outcome=invited&samo=1"
        page = page.partition("?")[0] + query
        pass_time(timedelta(minutes=8))
    assert not is_in(client)


def test_using_a_session_costs_one_statement_a_minute(
    student: Student, django_assert_num_queries: Any
) -> None:
    client = sign_in(student.user)
    client.get("/konto/haslo/")
    with django_assert_num_queries(3):  # session, user, messages that are unread
        client.get("/konto/haslo/")
    pass_time(timedelta(minutes=2))
    with django_assert_num_queries(4):
        client.get("/konto/haslo/")
    with django_assert_num_queries(3):
        client.get("/konto/haslo/")


def test_the_page_lists_devices_and_ends_one(student: Student) -> None:
    here, there = sign_in(student.user), sign_in(student.user, HTTP_USER_AGENT=FIREFOX)
    page = here.get(SECURITY).content.decode()
    assert "Firefox, Linux" in page and "to urządzenie" in page
    other = Session.objects.of_user(student.user).get(device="Firefox, Linux")
    here.post(f"{SECURITY}sesja/", {"session": other.pk})
    assert is_in(here) and not is_in(there)


def test_nobody_ends_the_session_of_another(student: Student) -> None:
    client, other = sign_in(student.user), sign_in(make_user())
    (key,) = Session.objects.exclude(user=student.user).values_list("pk", flat=True)
    client.post(f"{SECURITY}sesja/", {"session": key})
    assert is_in(other)


def make_token(user: User) -> Token:
    now = timezone.now()
    return Token.objects.create(
        user=user,
        name="skrypt",
        scopes=["read:me"],
        key_hash=f"{user.pk:064}",
        prefix="abc",
        created_at=now,
        expires_at=now + timedelta(days=5),
    )


def test_signing_out_everywhere_ends_all_other_sessions_and_every_token(student: Student) -> None:
    here, there, token = sign_in(student.user), sign_in(student.user), make_token(student.user)
    stranger, strangers = sign_in(other := make_user()), make_token(other)
    answer = here.post(f"{SECURITY}wszedzie/", follow=True)
    assert "Wylogowano inne urządzenia: 1" in answer.content.decode()
    assert is_in(here) and not is_in(there)
    assert not Token.objects.get(pk=token.pk).works_at(timezone.now())
    assert is_in(stranger) and Token.objects.get(pk=strangers.pk).works_at(timezone.now())


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": True}])
def test_an_account_whose_rights_change_is_signed_out(student: Student, change: dict[str, bool]) -> None:
    client, token = sign_in(student.user), make_token(student.user)
    user = User.objects.get(pk=student.user.pk)
    for name, value in change.items():
        setattr(user, name, value)
    user.save()
    assert not is_in(client)
    assert not Token.objects.get(pk=token.pk).works_at(timezone.now())


def test_a_correction_of_a_name_signs_nobody_out(student: Student) -> None:
    client, token = sign_in(student.user), make_token(student.user)
    user = User.objects.get(pk=student.user.pk)
    user.last_name = "Poprawiona"
    user.save()
    assert is_in(client) and Token.objects.get(pk=token.pk).works_at(timezone.now())


def faculty_of(student: Student) -> Faculty:
    return make_enrolment(student).programme.faculty


def test_the_office_sees_the_sessions_of_its_students_and_ends_them(student: Student) -> None:
    client = sign_in(student.user)
    address = f"/admin/accounts/{student.user.pk}/security/"
    office = Client()
    clerk = make_clerk("students.view_student", "accounts.view_security", faculties=[faculty_of(student)])
    office.force_login(clerk)
    assert "Wyloguj wszędzie" not in office.get(address).content.decode()
    assert office.post(address, {"action": "end"}).status_code == 403
    assert is_in(client)
    clerk.user_permissions.add(Permission.objects.get(codename="end_session"))
    assert "Wyloguj wszędzie" in office.get(address).content.decode()
    office.post(address, {"action": "end"})
    assert not is_in(client)


def test_the_office_sees_nobody_of_another_faculty(student: Student) -> None:
    office = Client()
    permissions = ("students.view_student", "accounts.view_security", "accounts.end_session")
    office.force_login(make_clerk(*permissions, faculties=[make_programme().faculty]))
    address = f"/admin/accounts/{student.user.pk}/security/"
    assert office.get(address).status_code == 404
    assert office.post(address, {"action": "end"}).status_code == 404


NO_TOKEN = ["", "e30", "ł", "gAAAAA==", signing.dumps({"_auth_user_id": "1"}, salt="django.contrib.sessions")]


@pytest.mark.parametrize("kept", NO_TOKEN, ids=["empty", "base64", "letter", "token", "signed"])
def test_what_no_key_opens_is_no_session_and_no_error(kept: str) -> None:
    client = sign_in(user := make_user())
    Session.objects.update(session_data=kept)
    assert not is_in(client)
    client.post("/logowanie/", {"username": user.username, "password": PASSWORD})
    assert is_in(client)
    assert Session.objects.get().user_id == user.pk, "the one before is gone"


def test_a_session_ends_with_the_last_key_that_opens_it(settings: Any) -> None:
    client = sign_in(make_user())
    new, old = Fernet.generate_key().decode(), settings.FIELD_ENCRYPTION_KEYS
    settings.FIELD_ENCRYPTION_KEYS = [new, *old]
    assert is_in(client)
    settings.FIELD_ENCRYPTION_KEYS = [new]
    assert not is_in(client)
