"""Who guesses passwords has to wait; somebody else, or the same person elsewhere, does not."""

from typing import Any

import pytest
import redis
from django.conf import settings as portal_settings
from django.test import Client

from students.models import Student, User
from tests.students.factories import PASSWORD, make_user

LOGIN, OFFICE = "/logowanie/", "/admin/login/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _three_attempts(settings: Any) -> None:
    settings.SIGN_IN_ATTEMPTS = 3
    with redis.Redis.from_url(settings.REDIS_URL) as store:
        for key in store.scan_iter("sign-in:*"):
            store.delete(key)


def attempt(client: Client, user: User, password: str, door: str = LOGIN, **options: Any) -> Any:
    return client.post(door, {"username": user.username, "password": password}, **options)


@pytest.mark.parametrize("door", [LOGIN, OFFICE])
def test_after_too_many_guesses_even_the_right_password_has_to_wait(client: Client, door: str) -> None:
    user = make_user(is_staff=True)
    assert [attempt(client, user, "wrong", door).status_code for _ in range(3)] == [200, 200, 200]
    answer = attempt(client, user, PASSWORD, door)
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= portal_settings.SIGN_IN_PAUSE
    page = answer.content.decode()
    assert "Zbyt wiele prób" in page
    assert "Spróbuj ponownie za 5 minut." in page
    assert "sessionid" not in client.cookies


def test_a_strangers_guesses_shut_out_nobody_else(client: Client, student: Student) -> None:
    for _ in range(4):
        attempt(client, student.user, "wrong", REMOTE_ADDR="192.0.2.1")
    assert attempt(client, student.user, PASSWORD, REMOTE_ADDR="192.0.2.1").status_code == 429
    assert attempt(client, make_user(), PASSWORD, REMOTE_ADDR="192.0.2.1").status_code == 302
    assert attempt(Client(), student.user, PASSWORD, REMOTE_ADDR="192.0.2.2").status_code == 302


def test_who_gets_in_begins_anew(client: Client, student: Student) -> None:
    for _ in range(2):
        for _ in range(2):
            attempt(client, student.user, "wrong")
        assert attempt(client, student.user, PASSWORD).status_code == 302
        client.logout()


def test_without_redis_people_can_sign_in_all_the_same(
    client: Client, student: Student, settings: Any
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    for _ in range(4):
        assert attempt(client, student.user, "wrong").status_code == 200
    assert attempt(client, student.user, PASSWORD).status_code == 302


def test_the_store_knows_neither_names_nor_addresses(client: Client, student: Student, settings: Any) -> None:
    attempt(client, student.user, "wrong")
    with redis.Redis.from_url(settings.REDIS_URL) as store:
        (key,) = store.scan_iter("sign-in:*")
        assert student.user.username.encode() not in key
        assert b"127.0.0.1" not in key
        assert store.ttl(key) > 0
