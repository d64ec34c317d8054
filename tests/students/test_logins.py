"""A login is one account's in whatever case it is written: at sign-in, in the admin, in an import, in the database."""

from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from students.models import Student, User
from tests.students.factories import PASSWORD, make_student, make_user
from tests.students.importing.importer import bring_in
from tests.students.importing.usos_file import ANNA

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("typed", ["anna", "Anna", "ANNA", " aNNa "])
def test_people_sign_in_whatever_the_case(client: Client, typed: str) -> None:
    user = make_user("anna")
    client.post("/logowanie/", {"username": typed, "password": PASSWORD})
    assert client.session.get("_auth_user_id") == str(user.pk)


def test_a_wrong_password_is_wrong_in_any_case(client: Client) -> None:
    make_user("anna")
    client.post("/logowanie/", {"username": "Anna", "password": "nie to"})
    assert "_auth_user_id" not in client.session


def test_a_second_account_with_the_login_is_refused_by_form_and_database() -> None:
    make_user("anna")
    with pytest.raises(ValidationError, match="Wielkość liter"):
        User(username="Anna", password="x").full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_user("ANNA")


def test_a_row_with_somebodys_login_in_another_case_is_refused() -> None:
    bring_in(ANNA)
    other = {"numer_albumu": "730005", "login": "Anna", "imiona": "Jan", "pesel": ""}
    (result,) = bring_in(ANNA | other)
    assert (result.outcome, "login" in result.detail) == ("rejected", True)
    staff = make_user("Dziekanat", is_staff=True)
    bring_in(ANNA | other | {"login": "dziekanat", "numer_albumu": "730006"})
    assert Student.objects.get(album_number="730006").user == staff
    assert User.objects.count() == 2


def test_accounts_of_before_that_differ_by_case_are_parted_and_named(capsys: Any) -> None:
    module = import_module("students.migrations.0012_logins_in_any_case")
    with connection.schema_editor() as editor:
        editor.execute("DROP INDEX user_login_once")
    unused, student = make_user("anna"), make_student(user=make_user("Anna"))
    signed_in, taken = make_user("ANNA", last_login=timezone.now()), make_user("anna.2")
    module.part_logins(apps, SimpleNamespace(connection=connection))
    names = {user.pk: user.username for user in User.objects.all()}
    assert names[student.user_id] == "Anna"
    assert {names[unused.pk], names[signed_in.pk]} == {"anna.3", "ANNA.4"}
    assert names[taken.pk] == "anna.2"
    said = capsys.readouterr().out
    assert f"anna (id {unused.pk}) signs in as anna.3" in said and f"ANNA (id {signed_in.pk})" in said


def test_names_of_accounts_hold_no_invisible_characters() -> None:
    user = make_user("anna")
    user.first_name = "An\u202ena"
    with pytest.raises(ValidationError, match="niewidoczne"):
        user.full_clean()
