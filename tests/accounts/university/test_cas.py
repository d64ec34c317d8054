"""Sign-in by CAS, against a real server: who gets in, as whom, and who does not."""

import logging
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from auditlog.models import LogEntry
from django.contrib.auth.models import Group
from django.utils.http import urlencode

from accounts.models import Session
from students.models import User
from students.roles import CLERK
from tests.accounts.test_secrets import database, in_redis, in_sessions
from tests.accounts.test_sessions import SECURITY
from tests.accounts.university.conftest import University
from tests.students.factories import make_student, make_user
from tests.waiting import wait_until

START = "/logowanie/uczelnia/"
pytestmark = pytest.mark.django_db(transaction=True)


def is_in(university: University, browser: requests.Session) -> bool:
    return browser.get(f"{university.portal}{SECURITY}", allow_redirects=False).status_code == 200


def ticket_of(university: University, browser: requests.Session, login: str) -> tuple[str, dict[str, str]]:
    """Go to the university and come back as far as the portal's door; return the door with what was brought."""
    there = browser.get(f"{university.portal}{START}", allow_redirects=False).headers["Location"]
    page = browser.get(there)
    token = page.text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    body = {"username": login, "password": "university", "csrfmiddlewaretoken": token}
    back = browser.post(there, data=body, allow_redirects=False).headers["Location"]
    parts = urlsplit(back)
    return f"{university.portal}{parts.path}", {k: v[0] for k, v in parse_qs(parts.query).items()}


def test_a_student_signs_in_and_comes_to_where_they_wanted(
    cas: University, browser: requests.Session
) -> None:
    make_user("anna.nowak")
    wanted = f"{START}?{urlencode({'next': '/konto/bezpieczenstwo/'})}"
    answer = cas.sign_in(browser, f"{cas.portal}{wanted}", "anna.nowak")
    assert answer.status_code == 200 and urlsplit(answer.url).path == SECURITY
    assert "to urządzenie" in answer.text


def test_who_is_unknown_gets_a_page_that_helps_and_no_account(
    cas: University, browser: requests.Session
) -> None:
    answer = cas.sign_in(browser, f"{cas.portal}{START}", "obcy")
    assert answer.status_code == 403
    assert (
        "obcy" in answer.text
        and "nie ma Twojego konta" in answer.text
        and "Kontakty dziekanatów" in answer.text
    )
    assert not User.objects.exists()
    assert not is_in(cas, browser)


@pytest.mark.parametrize(
    ("match", "attribute"),
    [("email", "mail"), ("album_number", "albumNumber"), ("esi", "schacPersonalUniqueCode")],
)
def test_the_account_is_found_by_the_attribute_that_the_university_sets(
    cas: University, browser: requests.Session, settings: Any, match: str, attribute: str
) -> None:
    settings.SIGN_IN_MATCH, settings.SIGN_IN_ATTRIBUTE = match, attribute
    settings.ESI_INSTITUTION = "uczelnia.example"
    student = make_student(album_number="500500", user=make_user("inaczej", email="Anna@uczelnia.example"))
    cas.sign_in(browser, f"{cas.portal}{START}", "anna.nowak")
    assert Session.objects.of_user(student.user).exists()


def test_the_identifier_of_another_institution_is_nobodys(
    cas: University, browser: requests.Session, settings: Any
) -> None:
    settings.SIGN_IN_MATCH, settings.SIGN_IN_ATTRIBUTE = "esi", "schacPersonalUniqueCode"
    settings.ESI_INSTITUTION = "inna.example"
    make_student(album_number="500500")
    assert cas.sign_in(browser, f"{cas.portal}{START}", "anna.nowak").status_code == 403


def test_an_address_that_two_accounts_have_is_nobodys(
    cas: University, browser: requests.Session, settings: Any
) -> None:
    settings.SIGN_IN_MATCH, settings.SIGN_IN_ATTRIBUTE = "email", "mail"
    for _ in range(2):
        make_user(email="anna@uczelnia.example")
    answer = cas.sign_in(browser, f"{cas.portal}{START}", "anna.nowak")
    assert answer.status_code == 403 and "więcej niż jedno konto" in answer.text


def test_a_deactivated_account_stays_outside(cas: University, browser: requests.Session) -> None:
    make_user("anna.nowak", is_active=False)
    assert cas.sign_in(browser, f"{cas.portal}{START}", "anna.nowak").status_code == 403


def test_a_ticket_works_once(cas: University, browser: requests.Session) -> None:
    make_user("anna.nowak")
    door, brought = ticket_of(cas, browser, "anna.nowak")
    assert browser.get(door, params=brought).status_code == 200 and is_in(cas, browser)
    browser.cookies.clear()
    again = browser.get(f"{cas.portal}{START}", allow_redirects=False).headers["Location"]
    state = parse_qs(urlsplit(parse_qs(urlsplit(again).query)["service"][0]).query)["state"][0]
    for stolen in (brought, {**brought, "state": state}):
        assert browser.get(door, params=stolen).status_code == 400
    assert not is_in(cas, browser)


def test_neither_state_nor_ticket_lies_in_the_open(
    cas: University, browser: requests.Session, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "mlegitymacja_portal")
    make_user("anna.nowak")
    door, brought = ticket_of(cas, browser, "anna.nowak")
    dumps = [database(), in_sessions()]
    assert browser.get(door, params=brought).status_code == 200
    dumps += [database(), in_sessions(), in_redis(settings), caplog.text]
    assert [name for name, secret in brought.items() if any(secret in dump for dump in dumps)] == []


def test_nobody_is_signed_in_by_the_ticket_of_another_browser(
    cas: University, browser: requests.Session
) -> None:
    """Who is led to the portal with an attacker's ticket is not signed in as the attacker."""
    make_user("anna.nowak")
    door, brought = ticket_of(cas, browser, "anna.nowak")
    victim = requests.Session()
    victim.get(f"{cas.portal}{START}", allow_redirects=False)
    assert victim.get(door, params=brought).status_code == 400
    assert not is_in(cas, victim)


@pytest.mark.parametrize("ticket", ["", "ST-1-made-up", "PT-1-x", "ST-1\x00", "x" * 5_000])
def test_a_made_up_ticket_opens_nothing(cas: University, browser: requests.Session, ticket: str) -> None:
    there = browser.get(f"{cas.portal}{START}", allow_redirects=False).headers["Location"]
    service = parse_qs(urlsplit(there).query)["service"][0]
    answer = browser.get(service, params={"ticket": ticket})
    assert answer.status_code in {400, 502}
    assert not is_in(cas, browser)
    failed = LogEntry.objects.filter(additional_data__done="sign_in_failed")
    assert [entry.additional_data["detail"] for entry in failed] == ["university"] * (
        answer.status_code == 400
    )


def test_made_up_tickets_do_not_fill_the_audit_log(cas: University, browser: requests.Session) -> None:
    for _ in range(25):
        there = browser.get(f"{cas.portal}{START}", allow_redirects=False).headers["Location"]
        service = parse_qs(urlsplit(there).query)["service"][0]
        assert browser.get(service, params={"ticket": "ST-1-made-up"}).status_code == 400
    failed = LogEntry.objects.filter(additional_data__done="sign_in_failed").order_by("pk")
    assert [entry.additional_data["detail"] for entry in failed] == ["university"] * 20 + ["left_out"]


def test_a_university_that_does_not_answer_is_said_to(
    cas: University, browser: requests.Session, settings: Any
) -> None:
    door, brought = ticket_of(cas, browser, "anna.nowak")
    settings.CAS_URL = "http://127.0.0.1:9/cas"
    answer = browser.get(door, params=brought)
    assert answer.status_code == 502 and "teraz nie odpowiada" in answer.text


def test_signing_out_at_the_university_signs_out_of_the_portal(
    cas: University, browser: requests.Session
) -> None:
    make_user("anna.nowak")
    cas.sign_in(browser, f"{cas.portal}{START}", "anna.nowak")
    assert is_in(cas, browser)
    browser.get(f"{cas.url}/cas/logout")
    wait_until(lambda: not is_in(cas, browser))


@pytest.mark.parametrize(
    "message",
    [
        "",
        "<",
        "<samlp:LogoutRequest/>",
        '<!DOCTYPE x [<!ENTITY a "b">]><samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol">'
        "<samlp:SessionIndex>&a;</samlp:SessionIndex></samlp:LogoutRequest>",
        '<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol">'
        "<samlp:SessionIndex>ST-1-of-nobody</samlp:SessionIndex></samlp:LogoutRequest>",
    ],
)
def test_a_forged_logout_ends_nothing(cas: University, browser: requests.Session, message: str) -> None:
    make_user("anna.nowak")
    cas.sign_in(browser, f"{cas.portal}{START}", "anna.nowak")
    assert (
        requests.post(f"{cas.portal}/logowanie/cas/", data={"logoutRequest": message}, timeout=30).status_code
        == 200
    )
    assert is_in(cas, browser)


def test_roles_come_from_the_university_only_by_a_mapping(
    cas: University, browser: requests.Session, settings: Any
) -> None:
    user = make_user("dorota")
    settings.SIGN_IN_ROLE_ATTRIBUTE = "authnContextClass"
    cas.sign_in(browser, f"{cas.portal}{START}", "dorota")
    user = User.objects.get()
    assert not user.is_staff and not user.groups.exists()
    settings.SIGN_IN_ROLES = {"mfa": CLERK}
    cas.sign_in(requests.Session(), f"{cas.portal}{START}", "dorota")
    user = User.objects.get()
    assert user.is_staff and user.groups.get().name == CLERK


def test_a_role_that_the_university_takes_back_is_gone(
    cas: University, browser: requests.Session, settings: Any
) -> None:
    user = make_user("anna.nowak", is_staff=True)
    user.groups.add(Group.objects.get(name=CLERK))
    settings.SIGN_IN_ROLE_ATTRIBUTE, settings.SIGN_IN_ROLES = "authnContextClass", {"mfa": CLERK}
    cas.sign_in(browser, f"{cas.portal}{START}", "anna.nowak")
    user.refresh_from_db()
    assert not user.is_staff and not user.groups.exists()


@pytest.mark.parametrize(("login", "is_enough"), [("dorota", True), ("anna.nowak", False)])
def test_a_second_factor_of_the_university_is_enough_for_the_office(
    cas: University, browser: requests.Session, settings: Any, login: str, is_enough: bool
) -> None:
    settings.SECOND_FACTOR = "staff"
    settings.SIGN_IN_FACTOR_ATTRIBUTE, settings.SIGN_IN_FACTOR_VALUES = "authnContextClass", ["mfa"]
    make_user(login, is_staff=True, is_superuser=True)
    cas.sign_in(browser, f"{cas.portal}{START}", login)
    answer = browser.get(f"{cas.portal}/admin/")
    assert ("ustaw drugi składnik" not in answer.text) is is_enough


def test_who_has_no_password_confirms_by_the_university(cas: University, browser: requests.Session) -> None:
    user = make_user("anna.nowak")
    user.set_unusable_password()
    user.save()
    cas.sign_in(browser, f"{cas.portal}{START}", "anna.nowak")
    for session in Session.objects.all():
        store = session.get_session_store_class()()
        data = store.decode(session.session_data)
        for record in data["account_authentication_methods"]:
            record["at"] -= 400
        Session.objects.filter(pk=session.pk).update(session_data=store.encode(data))
    app = f"{cas.portal}/konto/drugi-skladnik/aplikacja/"
    answer = browser.get(app, allow_redirects=False)
    assert answer.headers["Location"].startswith("/konto/potwierdzenie/uczelnia/")
    # The university asks for the password again, though it has a session.
    answer = cas.sign_in(browser, app, "anna.nowak")
    assert urlsplit(answer.url).path == "/konto/drugi-skladnik/aplikacja/", answer.text


def test_signing_out_says_that_the_university_is_still_signed_in(
    cas: University, browser: requests.Session
) -> None:
    make_user("anna.nowak")
    cas.sign_in(browser, f"{cas.portal}{START}", "anna.nowak")
    page = browser.get(f"{cas.portal}{SECURITY}").text
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    answer = browser.post(
        f"{cas.portal}/wylogowanie/", data={"csrfmiddlewaretoken": token}, headers={"Referer": cas.portal}
    )
    assert "Konto uczelni jest w tej przeglądarce nadal zalogowane" in answer.text
    assert f"{cas.url}/cas/logout?service=" in answer.text.replace("&amp;", "&")
