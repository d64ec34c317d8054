"""Who guesses passwords has to wait; somebody else, or the same person elsewhere, does not."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import redis
import time_machine
from auditlog.models import LogEntry
from django.conf import settings as portal_settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts import login_throttle
from students.models import Student, User
from tests.accounts.inbox import deliver
from tests.students.factories import PASSWORD, make_user

LOGIN, OFFICE = "/logowanie/", "/admin/login/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _three_attempts(settings: Any) -> None:
    settings.SIGN_IN_ATTEMPTS = 3


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
    assert "Kontakty dziekanatów" in page and 'href="/logowanie/"' in page
    assert "sessionid" not in client.cookies


def test_a_strangers_guesses_shut_out_nobody_else(client: Client, student: Student) -> None:
    for _ in range(4):
        attempt(client, student.user, "wrong", REMOTE_ADDR="192.0.2.1")
    assert attempt(client, student.user, PASSWORD, REMOTE_ADDR="192.0.2.1").status_code == 429
    assert attempt(client, make_user(), PASSWORD, REMOTE_ADDR="192.0.2.1").status_code == 302
    assert attempt(Client(), student.user, PASSWORD, REMOTE_ADDR="192.0.2.2").status_code == 302


def test_an_attempt_that_outlasts_its_window_leaves_no_count_for_ever(rf: Any, settings: Any) -> None:
    counted = login_throttle.begin("anna.nowak", rf.post(LOGIN))
    with redis.Redis.from_url(settings.REDIS_URL) as store:
        for key in store.scan_iter("sign-in:*"):
            store.delete(key)
        counted.succeeded()
        assert all(store.ttl(key) > 0 for key in store.scan_iter("sign-in:*"))


@pytest.mark.parametrize("door", [LOGIN, OFFICE])
def test_strangers_behind_the_same_address_never_shut_out_its_owners_browser(
    client: Client, settings: Any, door: str
) -> None:
    user, settings.SIGN_IN_ATTEMPTS_OF_ADDRESS = make_user(is_staff=True), 5
    attempt(client, user, PASSWORD, door)
    client.post("/wylogowanie/")
    for _ in range(6):
        attempt(Client(), user, "wrong", door)
    assert attempt(Client(), user, PASSWORD, door).status_code == 429
    for _ in range(3):  # its own mistakes count all the same
        assert attempt(client, user, "wrong", door).status_code == 200
    assert attempt(client, user, PASSWORD, door).status_code == 429
    assert attempt(client, make_user(), PASSWORD, door).status_code == 429, "of others it is a stranger"


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
        keys = list(store.scan_iter("sign-in:*"))
        assert len(keys) == 3
        for key in keys:
            assert student.user.username.encode() not in key
            assert b"127.0.0.1" not in key
            assert store.ttl(key) > 0


@pytest.mark.parametrize("written", ["{}", "{}".upper(), " {} ", "ＡＮＮＡ", "Ａnna"])
def test_a_name_written_otherwise_is_the_same_name(client: Client, written: str) -> None:
    user = make_user("anna")
    for _ in range(3):
        client.post(LOGIN, {"username": written.format("anna"), "password": "wrong"})
    assert attempt(client, user, PASSWORD).status_code == 429


def test_guesses_at_once_are_no_more_than_one_after_another(transactional_db: None) -> None:
    user = make_user()

    def guess(_number: int) -> int:
        try:
            return int(attempt(Client(), user, "wrong").status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(guess, range(16)))
    assert answers.count(200) == 3 and answers.count(429) == 13


def test_an_address_that_tries_many_accounts_has_to_wait(client: Client, settings: Any) -> None:
    settings.SIGN_IN_ATTEMPTS_OF_ADDRESS = 5
    for number in range(5):
        client.post(LOGIN, {"username": f"somebody{number}", "password": "wrong"})
    user = make_user()
    assert attempt(client, user, PASSWORD).status_code == 429
    assert attempt(client, user, PASSWORD, REMOTE_ADDR="192.0.2.9").status_code == 302


def test_people_who_get_in_use_up_nothing_of_their_address(settings: Any) -> None:
    settings.SIGN_IN_ATTEMPTS_OF_ADDRESS = 3
    for _ in range(10):
        assert attempt(Client(), make_user(), PASSWORD).status_code == 302


def test_an_account_that_is_guessed_from_everywhere_is_slowed_down_and_not_shut(
    student: Student, settings: Any
) -> None:
    settings.SIGN_IN_ATTEMPTS_OF_ACCOUNT = 5
    own = Client()
    assert attempt(own, student.user, PASSWORD).status_code == 302  # known from now on
    own.post("/wylogowanie/")
    for number in range(8):
        attempt(Client(), student.user, "wrong", REMOTE_ADDR=f"192.0.2.{number}")
    answer = attempt(Client(), student.user, "wrong", REMOTE_ADDR="198.51.100.1")
    assert answer.status_code == 429 and int(answer["Retry-After"]) <= 30
    assert attempt(own, student.user, PASSWORD, REMOTE_ADDR="198.51.100.2").status_code == 302


def test_every_sign_in_and_every_failure_is_in_the_audit_log(client: Client, student: Student) -> None:
    attempt(client, student.user, "wrong")
    client.post(LOGIN, {"username": "nikt-taki", "password": "tajne-haslo"})
    attempt(client, student.user, PASSWORD)
    entries = LogEntry.objects.filter(additional_data__done__in=["signed_in", "sign_in_failed"]).order_by(
        "pk"
    )
    assert [(entry.object_repr, entry.additional_data) for entry in entries] == [
        (student.user.username, {"done": "sign_in_failed"}),
        ("–", {"done": "sign_in_failed", "detail": "unknown_account"}),
        (student.user.username, {"done": "signed_in", "detail": "password"}),
    ]
    assert {entry.remote_addr for entry in entries} == {"127.0.0.1"}
    dump = str(list(LogEntry.objects.values()))
    assert "nikt-taki" not in dump and "tajne-haslo" not in dump


def test_the_first_attempt_that_a_limit_refuses_is_in_the_audit_log(client: Client, student: Student) -> None:
    for _ in range(6):
        attempt(client, student.user, "wrong")
    entries = LogEntry.objects.filter(additional_data__done="sign_in_failed").order_by("pk")
    assert [entry.additional_data.get("detail", "") for entry in entries] == ["", "", "", "too_many"]
    assert {entry.object_repr for entry in entries} == {student.user.username}


def test_the_first_attempt_that_an_account_s_limit_slows_down_is_in_the_audit_log(
    student: Student, settings: Any
) -> None:
    settings.SIGN_IN_ATTEMPTS_OF_ACCOUNT = 2
    for number in range(6):
        attempt(Client(), student.user, "wrong", REMOTE_ADDR=f"192.0.2.{number}")
    entries = LogEntry.objects.filter(additional_data__done="sign_in_failed").order_by("pk")
    # The third is let through: from then on one in 30 seconds.
    assert [entry.additional_data.get("detail", "") for entry in entries] == ["", "", "", "too_many"]


def test_a_new_device_is_told_and_the_first_one_is_not(student: Student) -> None:
    student.user.email = "anna@student.example.edu.pl"
    student.user.save()
    own = Client()
    attempt(own, student.user, PASSWORD)
    own.post("/wylogowanie/")
    attempt(own, student.user, PASSWORD)
    assert deliver() == []
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
    attempt(Client(HTTP_USER_AGENT=firefox), student.user, PASSWORD, REMOTE_ADDR="192.0.2.7")
    (told,) = deliver()
    assert told.subject == "Logowanie z nowego urządzenia"
    assert "Firefox, Linux, 192.0.2.…" in str(told.body)


def test_a_proxy_that_nobody_counts_is_said(
    client: Client, student: Student, settings: Any, caplog: Any
) -> None:
    cache.clear()
    assert client.get("/health/ready").json()["components"]["sign_in"] == "ok"
    for _ in range(2):
        attempt(client, student.user, PASSWORD, HTTP_X_FORWARDED_FOR="203.0.113.4")
    said = client.get("/health/ready").json()["components"]["sign_in"]
    assert "with X-Forwarded-For: if that is a proxy of yours, set PROXIES" in said
    assert len([record for record in caplog.records if record.levelname == "CRITICAL"]) == 1
    settings.PROXIES = 1
    assert client.get("/health/ready").json()["components"]["sign_in"] == "ok"


def test_a_proxy_that_forwards_no_address_is_found_by_the_one_that_all_have(
    client: Client, settings: Any
) -> None:
    cache.clear()

    def is_said() -> bool:
        said = str(client.get("/health/ready").json()["components"]["sign_in"])
        return (
            "all from one private address: if that is a proxy of yours, have it send X-Forwarded-For" in said
        )

    def many_sign_in(**options: Any) -> None:
        for _ in range(20):
            attempt(Client(), make_user(), PASSWORD, **options)

    many_sign_in(REMOTE_ADDR="10.0.0.7")
    assert not is_said(), "whoever tries the portal out has one address"
    settings.PRODUCTION = True
    attempt(Client(), make_user(), PASSWORD, REMOTE_ADDR="198.20.1.4")
    many_sign_in(REMOTE_ADDR="10.0.0.7")
    assert not is_said(), "others come from elsewhere"
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        many_sign_in(REMOTE_ADDR="10.0.0.7")
        assert is_said()
