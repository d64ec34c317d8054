"""Every page in each state in English: nothing Polish is left on it, and it fits a small phone."""

import re
from collections.abc import Callable

import pytest

from tests.screens.conftest import Window
from tests.screens.looks import PHONE, picture, unfold, violations
from tests.screens.scenes import SCENES

pytestmark = pytest.mark.django_db(transaction=True)

POLISH = re.compile(
    r"\w*[ąćęłńóśźż]\w*|\b(?:albo|dla|jest|lub|na|nie|numer|oraz|przez|stan|się|zamówienie)\b",
    re.IGNORECASE,
)
# What the app mObywatel shows is quoted as it stands there; names are names.
AS_IT_IS = re.compile(
    r"“[^”]*”|Elektroniczna Legitymacja Studencka|Rzecznik Praw Obywatelskich|ul\. Stawki|Zażółć|Gęślą-Jaźń"
    r"|Akademia Ignatianum w Krakowie|mLegitymacja studencka|\((?:urząd gminy|numer albumu)\)"
)
TEXT = """() => [
    document.title, document.body.innerText,
    ...[...document.querySelectorAll('[alt], [aria-label], [placeholder]')].flatMap(
        each => ['alt', 'aria-label', 'placeholder'].map(name => each.getAttribute(name) ?? '')),
].join('\\n')"""


@pytest.mark.parametrize("name", [name for name in SCENES if name != "offline"])  # that is in both languages
def test_nothing_polish_is_left(window: Callable[..., Window], name: str) -> None:
    scene = SCENES[name]
    user = scene.make()
    here = window(user, locale="en-GB", viewport=PHONE)
    assert here.go(scene.address(user)).status == scene.status
    unfold(here)
    picture(here, f"{name} in English")
    here.page.set_viewport_size(PHONE)
    assert here.page.get_attribute("html", "lang") == "en"
    known = [user.get_full_name(), user.username, user.email] if user else []
    text = AS_IT_IS.sub("", here.page.evaluate(TEXT))
    for each in filter(None, known):
        text = text.replace(each, "")
    assert POLISH.findall(text) == []
    assert here.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert violations(here) == []


def test_the_language_is_changed_with_the_keyboard_alone(window: Callable[..., Window]) -> None:
    here = window(None, java_script_enabled=False)
    here.go("/logowanie/")
    here.page.get_by_role("button", name="English").focus()
    here.page.keyboard.press("Enter")
    here.page.wait_for_selector("html[lang=en]", state="attached")
    assert here.page.get_by_role("heading", level=1).inner_text() == "Sign in"
    here.page.get_by_role("button", name="polski").press("Enter")
    here.page.wait_for_selector("html[lang=pl]", state="attached")
