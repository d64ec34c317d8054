"""Passkeys, with Chromium's virtual authenticator: adding one, signing in with it alone, and after a password."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from auditlog.models import LogEntry
from playwright.sync_api import Page, expect

from accounts.models import Session
from students.models import Student, User
from tests.screens.conftest import Window
from tests.students.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db(transaction=True)
NEW_KEY, SECURITY = "/konto/drugi-skladnik/klucze/nowy/", "/konto/bezpieczenstwo/"


def give_authenticator(page: Page) -> None:
    """Give the browser a finger that it can always read."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def sign_in(page: Page, user: User) -> None:
    page.goto("/logowanie/")
    page.fill("#username", user.username)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")


def add_passkey(page: Page) -> None:
    page.goto(NEW_KEY)
    page.click("#passkey_add")
    expect(page.get_by_role("heading", level=1)).to_have_text("Kody zapasowe")


@pytest.fixture
def page(window: Callable[..., Window]) -> Page:
    opened = window(None).page
    give_authenticator(opened)
    return opened


def test_a_passkey_signs_in_by_itself(page: Page, student: Student) -> None:
    sign_in(page, student.user)
    add_passkey(page)
    page.goto(SECURITY)
    expect(page.locator("#factors ~ ul")).to_contain_text("Klucz dostępu")
    page.get_by_role("button", name="Wyloguj się").first.click()
    page.goto("/logowanie/?next=/konto/bezpieczenstwo/")
    page.click("#passkey_login")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Bezpieczeństwo")  # where they wanted to go
    assert Session.objects.of_user(student.user).count() == 1
    signed_in = LogEntry.objects.filter(additional_data__done="signed_in").latest("pk")
    assert signed_in.additional_data["detail"] == "passkey"


def test_a_passkey_is_a_second_factor_after_the_password(page: Page, settings: Any) -> None:
    settings.SECOND_FACTOR = "staff"
    clerk = make_user(is_staff=True, is_superuser=True)
    sign_in(page, clerk)
    expect(page.get_by_role("heading", level=1)).to_have_text("Bezpieczeństwo")
    add_passkey(page)
    page.goto("/admin/")
    expect(page.locator("#logout-form")).to_be_attached()
    page.context.clear_cookies()
    sign_in(page, clerk)
    expect(page.get_by_role("heading", level=1)).to_have_text("Drugi składnik logowania")
    expect(page.locator("main")).not_to_contain_text("aplikacja w Twoim telefonie")  # there is none
    page.click("#passkey_use")
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Drugi składnik logowania")
    page.goto("/admin/")
    expect(page.locator("#logout-form")).to_be_attached()


def test_a_browser_that_uses_no_passkey_says_so(
    page: Page, student: Student, window: Callable[..., Window]
) -> None:
    sign_in(page, student.user)
    add_passkey(page)
    stranger = window(None).page
    stranger.goto("/logowanie/")
    stranger.evaluate("() => { navigator.credentials.get = () => Promise.reject(new Error('no')); }")
    stranger.click("#passkey_login")
    expect(stranger.get_by_role("alert")).to_contain_text("Spróbuj jeszcze raz albo wybierz inny sposób")


def test_a_removed_passkey_opens_nothing(page: Page, student: Student) -> None:
    sign_in(page, student.user)
    add_passkey(page)
    key = Authenticator.objects.get(user=student.user, type="webauthn")
    page.goto(f"/konto/drugi-skladnik/klucze/{key.pk}/usun/")
    page.get_by_role("button", name="Usuń").click()
    page.wait_for_url(f"**{SECURITY}")
    page.get_by_role("button", name="Wyloguj się").first.click()
    page.goto("/logowanie/")
    page.click("#passkey_login")
    expect(page.get_by_role("alert")).to_contain_text("Portal nie przyjął tego klucza")
    assert not Session.objects.of_user(student.user).exists()


def test_the_last_passkey_of_staff_cannot_be_removed(page: Page, settings: Any) -> None:
    settings.SECOND_FACTOR = "staff"
    clerk = make_user(is_staff=True, is_superuser=True)
    sign_in(page, clerk)
    add_passkey(page)
    key = Authenticator.objects.get(user=clerk, type="webauthn")
    for is_last in (True, False):
        page.goto(f"/konto/drugi-skladnik/klucze/{key.pk}/usun/")
        page.get_by_role("button", name="Usuń").click()
        page.wait_for_url(f"**{SECURITY}")
        assert Authenticator.objects.filter(pk=key.pk).exists() is is_last
        if is_last:
            expect(page.get_by_role("alert")).to_contain_text("Najpierw dodaj inny.")
            TOTP.activate(clerk, "JBSWY3DPEHPK3PXP")


def test_a_refused_confirmation_asks_again_and_still_leads_on(page: Page, student: Student) -> None:
    sign_in(page, student.user)
    add_passkey(page)
    page.goto(f"/konto/potwierdzenie/klucz/?next={SECURITY}")
    page.evaluate(
        "() => { const form = document.getElementById('passkey_use').form;"
        " form.elements.credential.value = '{}'; form.submit(); }"
    )
    expect(page.get_by_role("alert")).to_contain_text("Portal nie przyjął tego klucza")
    page.click("#passkey_use")
    page.wait_for_url(f"**{SECURITY}")
