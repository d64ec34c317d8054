"""The form for a token of one's own in a real browser: what is missing is said where it is missing."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.screens.conftest import Window
from tests.screens.looks import PHONE, picture, violations
from tests.screens.scenes import student

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_token_for_nothing_is_asked_what_it_is_for(window: Callable[..., Window]) -> None:
    here = window(student().user)
    here.go("/dla-studentow/tokeny/")
    here.page.get_by_label("Nazwa").fill("Laptop")
    here.page.get_by_role("button", name="Utwórz token").click()
    expect(here.page).to_have_title(re.compile("^Błąd: "))
    problem = here.page.get_by_text("Zaznacz przynajmniej jedno.")
    expect(problem).to_be_visible()
    assert here.page.locator("fieldset .errorlist").count() == 1
    for theme in ("light", "dark"):
        here.page.emulate_media(color_scheme=theme)
        here.page.set_viewport_size(PHONE)
        assert violations(here) == []
    picture(here, "token without a scope")


def test_an_ended_token_says_no_more_what_it_may(window: Callable[..., Window]) -> None:
    here = window(student().user)
    here.go("/dla-studentow/tokeny/")
    here.page.get_by_label("Nazwa").fill("Laptop")
    here.page.get_by_label("odczytać moje prawo").check()
    here.page.get_by_role("button", name="Utwórz token").click()
    expect(here.page.get_by_text("Może:")).to_be_visible()
    here.page.get_by_role("button", name="Zakończ").click()
    expect(here.page.get_by_text("zakończony")).to_be_visible()
    expect(here.page.get_by_text("Może:")).to_have_count(0)
    assert here.complaints == []
