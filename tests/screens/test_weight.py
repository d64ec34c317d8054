"""The first visit weighs little: a student in a corridor has a slow network and pays for it."""

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
MOST = 60_000  # bytes, compressed (issue: the first visit)
TEXT = ("text/", "javascript", "svg", "json")


def weight(answer: Response) -> int:
    """How many bytes an answer has on its way: texts are compressed, pictures are already."""
    body = answer.body()
    kind = answer.headers.get("content-type", "")
    return len(gzip.compress(body, 9)) if any(text in kind for text in TEXT) else len(body)


@pytest.mark.parametrize("path", [PAGE, "/", "/logowanie/"])
def test_the_first_visit_weighs_less_than_sixty_kilobytes(window: Callable[..., Window], path: str) -> None:
    user = None if path == "/logowanie/" else make_order(student(), Status.READY).student.user
    here = window(user)
    answers: list[Response] = []
    here.page.on("response", lambda answer: answers.append(answer))
    here.go(path)
    here.page.wait_for_load_state("networkidle")
    weights = {urlsplit(answer.url).path: weight(answer) for answer in answers}
    assert len(weights) >= 5
    assert sum(weights.values()) < MOST, weights
