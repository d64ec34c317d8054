"""Letters of twice the size, as a browser can be set: nothing is cut off, nothing runs out of the window."""

from collections.abc import Callable

import pytest

from tests.screens.conftest import Window
from tests.screens.scenes import SCENES

pytestmark = pytest.mark.django_db(transaction=True)

# Each has parts of its own: the steps and the phone, the conditions, the timeline, lists of facts, forms.
PAGES = ["order ready", "without extension", "history", "my data", "tokens", "an application asks", "start"]


@pytest.mark.parametrize("name", PAGES)
def test_letters_of_twice_the_size_fit(window: Callable[..., Window], name: str) -> None:
    scene = SCENES[name]
    user = scene.make()
    here = window(user)
    here.go(scene.address(user))
    here.page.evaluate("document.documentElement.style.fontSize = '200%'")
    for width in (360, 768, 1280):
        here.page.set_viewport_size({"width": width, "height": 800})
        wide = here.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{wide} px at {width} px"
