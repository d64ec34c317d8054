"""Second factor: staff need one, it is asked for after the password, a code works once, and it can be given back."""

import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.db import connection
from django.test import Client

from accounts.models import AccountEvent
from students.models import User
from tests.accounts.inbox import deliver
from tests.accounts.test_sessions import SECURITY, is_in, sign_in
from tests.students.factories import PASSWORD, make_clerk, make_user

APP = "/konto/drugi-skladnik/aplikacja/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _required(settings: Any) -> None:
    settings.SECOND_FACTOR = "staff"
    cache.clear()


def code_of(secret: str, *, ago: int = 0) -> str:
    """The code that an app with this key shows, so many periods ago."""
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 - ago if counter else 0)))


def with_app(user: User) -> str:
    """Give an account an app; return its key."""
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(user, secret)
    return secret


def password_given(user: User) -> Client:
    client = Client()
    answer = client.post("/logowanie/", {"username": user.username, "password": PASSWORD})
    assert answer["Location"] == "/logowanie/drugi-skladnik/"
    return client


def test_staff_without_one_can_do_nothing_but_set_it_up() -> None:
    clerk = make_clerk("students.view_student")
    client = sign_in(clerk)
    for address in ("/admin/", "/admin/students/student/", "/", "/api/v1/students", "/konto/haslo/"):
        assert client.get(address, follow=True).redirect_chain[-1:] in ([(SECURITY, 302)], []), address
        assert client.get(address).status_code in {302, 401, 403}, address
    page = client.get(SECURITY).content.decode()
    assert "ustaw drugi składnik" in page and "Wyloguj wszędzie" not in page


@pytest.mark.django_db(transaction=True)
def test_setting_it_up_opens_the_office_and_shows_the_codes_once() -> None:
    clerk = make_clerk("students.view_student")
    client = sign_in(clerk)
    page = client.get(APP)
    secret = page.context["form"].secret
    assert secret in page.content.decode() and "<svg" in page.content.decode()
    answer = client.post(APP, {"code": "000000"})
    assert "Nieprawidłowy kod" in answer.content.decode()
    answer = client.post(APP, {"code": code_of(secret)}, follow=True)
    assert "Kody zapasowe" in answer.content.decode()
    assert client.get("/admin/students/student/").status_code == 200
    codes = RecoveryCodes(Authenticator.objects.get(user=clerk, type="recovery_codes")).get_unused_codes()
    assert all(code in answer.content.decode() for code in codes) and len(codes) == 10
    again = client.get("/konto/drugi-skladnik/kody/").content.decode()
    assert not any(code in again for code in codes)
    assert "Dodano drugi składnik logowania" in [message.subject for message in deliver()]


@pytest.mark.parametrize("door", ["/logowanie/", "/admin/login/"])
def test_afterwards_the_page_opens_that_was_asked_for(door: str) -> None:
    clerk, wanted = make_clerk("students.view_student"), "/admin/students/student/?q=Nowak"
    client = Client()
    given = {"username": clerk.username, "password": PASSWORD, "next": wanted}
    client.post(door, given, follow=True)
    page = client.post(APP, {"code": code_of(client.get(APP).context["form"].secret)}, follow=True)
    assert f'class="button" href="{wanted}"' in page.content.decode()
    others = client.post("/konto/drugi-skladnik/kody/nowe/", follow=True).content.decode()
    assert wanted not in others and 'class="button" href="/"' in others, "that is over"


def test_after_the_password_comes_the_code() -> None:
    clerk = make_clerk("students.view_student")
    secret = with_app(clerk)
    client = password_given(clerk)
    assert not is_in(client)
    answer = client.post("/logowanie/drugi-skladnik/", {"code": "123456"})
    assert "Nieprawidłowy kod" in answer.content.decode() and not is_in(client)
    client.post("/logowanie/drugi-skladnik/", {"code": code_of(secret)})
    assert is_in(client)
    assert client.get("/admin/students/student/").status_code == 200


def test_the_second_step_offers_no_passkey_to_an_account_without_one() -> None:
    with_app(user := make_user())
    page = password_given(user).get("/logowanie/drugi-skladnik/").content.decode()
    assert "aplikacja w Twoim telefonie" in page and "Użyj klucza dostępu" not in page


def test_the_office_door_asks_for_it_too() -> None:
    clerk = make_clerk("students.view_student")
    secret = with_app(clerk)
    client = Client()
    answer = client.post(
        "/admin/login/?next=/admin/students/", {"username": clerk.username, "password": PASSWORD}
    )
    assert answer["Location"] == "/logowanie/drugi-skladnik/"
    answer = client.post("/logowanie/drugi-skladnik/", {"code": code_of(secret)})
    assert answer["Location"] == "/admin/students/"


def test_a_code_works_once() -> None:
    clerk = make_clerk()
    code = code_of(with_app(clerk))
    first, second = password_given(clerk), password_given(clerk)
    first.post("/logowanie/drugi-skladnik/", {"code": code})
    second.post("/logowanie/drugi-skladnik/", {"code": code})
    assert is_in(first) and not is_in(second)


def test_an_old_code_does_not_work() -> None:
    clerk = make_clerk()
    client = password_given(clerk) if (secret := with_app(clerk)) else Client()
    client.post("/logowanie/drugi-skladnik/", {"code": code_of(secret, ago=3)})
    assert not is_in(client)


def test_guessing_codes_has_to_wait() -> None:
    clerk = make_clerk()
    secret = with_app(clerk)
    client = password_given(clerk)
    for guess in range(12):
        client.post("/logowanie/drugi-skladnik/", {"code": f"{guess:06}"})
    answer = client.post("/logowanie/drugi-skladnik/", {"code": code_of(secret)})
    assert "Zbyt wiele prób" in answer.content.decode()
    assert not is_in(client)


def test_a_recovery_code_works_once_in_place_of_the_phone() -> None:
    clerk = make_clerk()
    with_app(clerk)
    RecoveryCodes.activate(clerk)
    (code, *_rest) = RecoveryCodes(
        Authenticator.objects.get(user=clerk, type="recovery_codes")
    ).get_unused_codes()
    first, second = password_given(clerk), password_given(clerk)
    first.post("/logowanie/drugi-skladnik/", {"code": code})
    second.post("/logowanie/drugi-skladnik/", {"code": code})
    assert is_in(first) and not is_in(second)


def test_the_last_one_of_staff_cannot_be_removed_and_a_students_can() -> None:
    for user, removed in ((make_clerk(), False), (make_user(), True)):
        client = Client()
        secret = with_app(user)
        client.post("/logowanie/", {"username": user.username, "password": PASSWORD})
        client.post("/logowanie/drugi-skladnik/", {"code": code_of(secret)})
        assert is_in(client)
        page = client.post(f"{APP}usun/", follow=True).content.decode()
        assert ("Najpierw dodaj inny." in page) is not removed
        assert Authenticator.objects.filter(user=user).exists() is not removed


def test_a_student_may_have_one_and_need_not() -> None:
    user = make_user()
    client = sign_in(user)
    assert is_in(client)
    secret = client.get(APP).context["form"].secret
    client.post(APP, {"code": code_of(secret)})
    password_given(user)


def test_setting_one_up_asks_for_the_password_again_after_five_minutes() -> None:
    user = make_user()
    client = sign_in(user)
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 301
    session.save()
    answer = client.get(APP)
    assert answer["Location"].startswith("/konto/potwierdzenie/")
    answer = client.post(answer["Location"], {"password": "wrong"})
    assert "Nieprawidłowe hasło" in answer.content.decode()
    answer = client.post(
        "/konto/potwierdzenie/?next=/konto/drugi-skladnik/aplikacja/", {"password": PASSWORD}
    )
    assert answer["Location"] == APP
    assert client.get(APP).status_code == 200


def test_secrets_are_encrypted() -> None:
    secret = with_app(clerk := make_clerk())
    RecoveryCodes.activate(clerk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT data::text FROM mfa_authenticator")
        stored = str(cursor.fetchall())
    assert secret not in stored
    assert "gAAAAA" in stored  # of Fernet


def test_the_office_gives_one_back_and_its_owner_is_told() -> None:
    admin_, lost = make_user(is_staff=True, is_superuser=True), make_clerk()
    with_app(lost)
    secret = with_app(admin_)
    client = password_given(admin_)
    client.post("/logowanie/drugi-skladnik/", {"code": code_of(secret)})
    page = client.get(f"/admin/accounts/{lost.pk}/security/").content.decode()
    assert "Usuń drugie składniki" in page
    client.post(f"/admin/accounts/{lost.pk}/security/", {"action": "reset"})
    assert not Authenticator.objects.filter(user=lost).exists()
    assert AccountEvent.objects.filter(user=lost, kind="factor_removed").exists()
    assert "Usunięto drugi składnik logowania" in [message.subject for message in deliver()]
    assert is_in(sign_in(lost))  # to set up the next


def test_the_demo_does_without(settings: Any) -> None:
    settings.SECOND_FACTOR = "optional"
    client = sign_in(make_clerk("students.view_student"))
    assert client.get("/admin/students/student/").status_code == 200
