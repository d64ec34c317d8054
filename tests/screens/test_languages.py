"""The language is chosen without a mouse and without scripts; what is then said is looked at in test_every_page."""

from collections.abc import Callable

import pytest

from tests.screens.conftest import Window

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_language_is_changed_with_the_keyboard_alone(window: Callable[..., Window]) -> None:
    here = window(None, java_script_enabled=False)
    here.go("/logowanie/")
    here.page.get_by_role("button", name="English").focus()
    here.page.keyboard.press("Enter")
    here.page.wait_for_selector("html[lang=en]", state="attached")
    assert here.page.get_by_role("heading", level=1).inner_text() == "Sign in"
    here.page.get_by_role("button", name="polski").press("Enter")
    here.page.wait_for_selector("html[lang=pl]", state="attached")
