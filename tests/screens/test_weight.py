"""The first visit weighs little, and little of it holds up what a student in a corridor waits for.

How long it takes is measured by `script/bench --only phone`.
"""

import gzip
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Response

from mdocs.statuses import Status
from tests.mdocs.factories import make_order
from tests.screens.conftest import Window
from tests.screens.scenes import PAGE, student

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = ("text/", "javascript", "svg", "json")
PAGES = {
    # The most bytes, compressed, and the most files without which nothing is drawn.
    PAGE: (39_000, 0),
    "/": (9_000, 0),
    "/logowanie/": (12_200, 0),
}
BLOCKING = """() => performance.getEntriesByType('resource')
  .filter(each => each.renderBlockingStatus === 'blocking').map(each => new URL(each.name).pathname)"""


def weight(answer: Response) -> int:
    """How many bytes an answer has on its way: texts are compressed, pictures are already."""
    body = answer.body()
    kind = answer.headers.get("content-type", "")
    return len(gzip.compress(body, 9)) if any(text in kind for text in TEXT) else len(body)


@pytest.mark.parametrize("path", PAGES)
def test_the_first_visit_weighs_little_and_waits_for_little(window: Callable[..., Window], path: str) -> None:
    most, most_blocking = PAGES[path]
    user = None if path == "/logowanie/" else make_order(student(), Status.READY).student.user
    here = window(user)
    answers: list[Response] = []
    here.page.on("response", lambda answer: answers.append(answer))
    here.go(path)
    here.page.wait_for_load_state("networkidle")
    weights = {urlsplit(answer.url).path: weight(answer) for answer in answers}
    assert len(weights) >= 5
    assert sum(weights.values()) < most, weights
    blocking = here.page.evaluate(BLOCKING)
    assert len(blocking) <= most_blocking, blocking
