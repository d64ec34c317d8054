"""A database with other keys than ours, or with accounts of the demo, stops the start."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography.fernet import Fernet
from django.conf import global_settings
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.db import connection
from django.test import Client

from mlegitymacja_portal.database_checks import check_database
from students import key_canaries
from students.demo import PASSWORD
from students.encryption import decrypt
from students.models import KeyCanary
from tests.mlegitymacja_portal.test_checks import run_in_production
from tests.students.factories import make_student, make_user

pytestmark = pytest.mark.django_db


def found() -> set[str]:
    messages = check_database(None, databases=["default"])
    assert all(message.hint for message in messages)
    return {f"{message.id}: {message.msg.split()[0]}" for message in messages}


def test_our_own_keys_are_fine() -> None:
    assert {canary.key for canary in KeyCanary.objects.all()} == set(KeyCanary.Key.values)
    assert found() == set()


OTHERS: list[tuple[str, Any]] = [
    ("FIELD_ENCRYPTION_KEYS", [Fernet.generate_key().decode()]),
    ("FIELD_INDEX_KEY", "another index key " * 3),
]


@pytest.mark.parametrize("with_canaries", [True, False])
@pytest.mark.parametrize(("name", "other"), OTHERS)
def test_another_key_stops_the_start_and_is_in_health(
    settings: Any, client: Client, name: str, other: Any, with_canaries: bool
) -> None:
    make_student()
    if not with_canaries:
        KeyCanary.objects.all().delete()
    setattr(settings, name, other)
    assert found() == {f"mlegitymacja.E021: {name}"}
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["components"]["keys"] == f"wrong: {name}"
    key_canaries.plant()
    assert KeyCanary.objects.exists() == with_canaries, "a wrong key is not made the right one"


def test_a_database_without_canaries_gets_those_of_keys_that_fit() -> None:
    make_student()
    KeyCanary.objects.all().delete()
    key_canaries.plant()
    assert KeyCanary.objects.count() == 2


def test_a_rotation_takes_the_canaries_along(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    make_student()
    new = Fernet.generate_key().decode()
    settings.FIELD_ENCRYPTION_KEYS = [new, *settings.FIELD_ENCRYPTION_KEYS]
    settings.FIELD_INDEX_KEY = "a new index key " * 3
    assert found() == {"mlegitymacja.E021: FIELD_INDEX_KEY"}
    call_command("rotate_encryption_keys", verbosity=0)
    settings.FIELD_ENCRYPTION_KEYS = [new]
    assert found() == set()
    assert decrypt(KeyCanary.objects.get(key="FIELD_ENCRYPTION_KEYS").value)


@pytest.mark.parametrize(
    ("account", "refused"),
    [
        ({"username": "anna"}, True),
        ({"username": "admin"}, True),
        ({"username": "user"}, False),
        ({"username": "anna", "password": "something else"}, False),
        ({"username": "anna", "password": None}, False),
        ({"username": "anna", "is_active": False}, False),
    ],
)
def test_production_does_not_start_with_accounts_of_the_demo(
    settings: Any, account: dict[str, Any], refused: bool
) -> None:
    make_user(**account | {"password": make_password(account.get("password", PASSWORD))})
    settings.PRODUCTION = True
    assert found() == ({"mlegitymacja.E022: This"} if refused else set())
    settings.PRODUCTION = False
    assert found() == set()


@pytest.mark.django_db(transaction=True)
def test_gunicorn_does_not_start_on_a_database_of_the_demo(settings: Any, tmp_path: Path) -> None:
    settings.PASSWORD_HASHERS = global_settings.PASSWORD_HASHERS
    make_user("admin", password=make_password(PASSWORD))
    address = (
        urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    )
    done = run_in_production(
        tmp_path,
        *("-m", "gunicorn", "--config=python:mlegitymacja_portal.gunicorn", "--bind=127.0.0.1:0"),
        "mlegitymacja_portal.wsgi",
        DATABASE_URL=address,
    )
    assert done.returncode != 0
    assert "mlegitymacja.E022" in done.stdout + done.stderr
