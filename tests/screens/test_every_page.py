"""Each page in each state is accessible, fits a small phone, asks nobody else for anything, and is there in English.

It is visited twice, once in each language, and everything is asked of it in these visits.
"""

from collections.abc import Callable

import pytest

from tests.screens.conftest import Window
from tests.screens.looks import (
    DESKTOP,
    PHONE,
    dates_stay_in_one_line,
    is_accessible_in_light_and_dark_on_phone_and_desktop,
    picture,
    polish_words,
    unfold,
    violations,
    width,
)
from tests.screens.scenes import SCENES

pytestmark = pytest.mark.django_db(transaction=True)

IN_BOTH_LANGUAGES = "offline"  # at once, on one page

# Looked at in letters of twice the size. Each has parts of its own: the steps and the phone, the conditions, the
# timeline, lists of facts, forms.
LARGE = {"order ready", "without extension", "history", "my data", "tokens", "an application asks", "start"}


@pytest.mark.parametrize("name", SCENES)
def test_every_page_is_accessible_and_fits_in_both_languages(
    window: Callable[..., Window], name: str
) -> None:
    scene = SCENES[name]
    user = scene.make()
    here = window(user, viewport=DESKTOP)
    assert here.go(scene.address(user)).status == scene.status
    is_accessible_in_light_and_dark_on_phone_and_desktop(here, name)
    dates_stay_in_one_line(here)
    if name in LARGE:
        fits_in_large_letters(here)
    assert here.complaints == []
    assert here.missing == []
    elsewhere = [address for address in here.requests if not address.startswith(here.url)]
    assert elsewhere == [], "the page asks another host"

    if name != IN_BOTH_LANGUAGES:
        there = window(user, locale="en-GB", viewport=PHONE)
        assert there.go(scene.address(user)).status == scene.status
        unfold(there)
        picture(there, f"{name} in English")
        there.page.set_viewport_size(PHONE)
        assert there.page.get_attribute("html", "lang") == "en"
        assert polish_words(there, user) == []
        assert width(there) <= PHONE["width"]
        assert violations(there) == []


def fits_in_large_letters(here: Window) -> None:
    """Set the letters to twice the size, as a browser can be set: nothing runs out of the window."""
    here.page.evaluate("document.documentElement.style.fontSize = '200%'")
    for across in (360, 768, 1280):
        here.page.set_viewport_size({"width": across, "height": 800})
        assert width(here) <= across, f"at {across} px"
