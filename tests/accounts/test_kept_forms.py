"""A session that ends in the middle of a form: nothing that was typed is lost, and only its owner sends it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from students.models import Faculty, User
from tests.accounts.test_sessions import pass_time, sign_in
from tests.mdocs.page.html import read
from tests.students.factories import PASSWORD, make_user

ADD = "/admin/students/faculty/add/"
pytestmark = pytest.mark.django_db
TYPED = {"code": "PRAWO", "name": "Wydział „Prawa” & Administracji", "name_en": "Faculty of Law"}


@pytest.fixture
def clerk() -> User:
    return make_user(is_staff=True, is_superuser=True)


def too_late(clerk: User) -> Client:
    """Open the form, and send it after the session has ended."""
    client = sign_in(clerk)
    fields = {
        field.attrs["name"]: field.attrs.get("value", "")
        for field in read(client.get(ADD)).all("input")
        if field.attrs.get("type") == "hidden" and "name" in field.attrs
    }
    pass_time(timedelta(hours=1))
    answer = client.post(ADD, fields | TYPED, follow=True)
    assert "nie przepadło" in answer.content.decode()
    assert not Faculty.objects.exists()
    return client


def sign_in_again(client: Client, user: User) -> str:
    body = {"username": user.username, "password": PASSWORD, "next": "/konto/formularz/"}
    return client.post("/logowanie/", body, follow=True).content.decode()


def test_what_was_typed_is_sent_after_the_sign_in(clerk: User) -> None:
    client = too_late(clerk)
    page = sign_in_again(client, clerk)
    assert "Wyślij to, co wpisano" in page and f">{ADD}<" in page
    form = read_form(page)
    assert client.post(ADD, form).status_code == 302
    assert {name: getattr(Faculty.objects.get(), name) for name in TYPED if hasattr(Faculty, name)}[
        "code"
    ] == "PRAWO"
    assert "&" in str(vars(Faculty.objects.get()))


def read_form(page: str) -> dict[str, str]:
    import html
    import re

    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in found if name != "next"}


def test_nobody_else_gets_it(clerk: User) -> None:
    client = too_late(clerk)
    page = sign_in_again(client, make_user(is_staff=True, is_superuser=True))
    assert "PRAWO" not in page and "Wyślij to" not in page


def test_it_is_offered_once_and_for_an_hour(clerk: User) -> None:
    client = too_late(clerk)
    sign_in_again(client, clerk)
    assert client.get("/konto/formularz/")["Location"] == "/"


def test_the_database_holds_nothing_of_it_in_the_open(clerk: User) -> None:
    too_late(clerk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_data FROM accounts_session")
        stored = str(cursor.fetchall())
    from accounts.sessions import SessionStore

    with connection.cursor() as cursor:
        cursor.execute("SELECT session_data FROM accounts_session WHERE user_id IS NULL")
        (data,) = cursor.fetchone()
    assert "PRAWO" not in stored and "PRAWO" not in str(SessionStore().decode(data))


def test_a_form_without_any_session_is_kept_by_nobody() -> None:
    answer = Client().post(ADD, TYPED)
    assert answer["Location"].startswith("/admin/login/")
