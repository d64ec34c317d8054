"""A new student on a phone: from the invitation in the mailbox to the codes on the page, by what the screen says."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.invitations import invitees
from students.models import Student
from tests.accounts.inbox import deliver, link_in
from tests.screens.conftest import Window
from tests.students.factories import make_eligible_student

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
PASSWORD = "kasztanowa-lokomotywa-1887"


@pytest.fixture
def newcomer() -> Student:
    student = make_eligible_student()
    student.user.set_unusable_password()
    student.user.save()
    return student


def test_from_the_invitation_to_the_codes(
    newcomer: Student, window: Callable[..., Window], work: Callable[[], Any]
) -> None:
    deliver()
    invitees.invite([newcomer.user.pk], timezone.now())
    (mail,) = [it for it in deliver() if it.to == [newcomer.user.email]]
    phone = window(None, **PHONE)
    page = phone.page

    def fits() -> None:
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    phone.go(link_in(mail))
    expect(page.get_by_role("heading", level=1)).to_have_text("Ustaw hasło")
    expect(page.locator("main")).to_contain_text(newcomer.user.username)
    fits()
    page.get_by_label("Nowe hasło", exact=True).fill(PASSWORD)
    page.get_by_label("Powtórz nowe hasło").fill(PASSWORD)
    page.get_by_role("button", name="Ustaw hasło i zaloguj się").tap()
    expect(page.locator("main")).to_contain_text("Hasło zostało ustawione.")
    page.get_by_role("link", name="Zamów mLegitymację").tap()
    page.get_by_role("button", name="Zamów mLegitymację").first.tap()
    expect(page.locator("main")).to_contain_text("Zamówienie")
    work()
    page.reload()
    expect(page.locator("main")).to_contain_text("gotow")
    page.get_by_role("link", name="Pokaż kod").or_(page.get_by_role("button", name="Pokaż kod")).first.tap()
    expect(page.locator(".code-text, [data-code], code").first).to_be_visible()
    fits()
    assert phone.complaints == [] and phone.missing == []
