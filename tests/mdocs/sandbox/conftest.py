"""A university, and a person with a browser, in front of the sandbox."""

from collections.abc import Iterator

import httpx
import pytest

from tests.mdocs.sandbox.university import University
from tests.mdocs.sandbox_process import Sandbox


@pytest.fixture
def university(sandbox: Sandbox) -> Iterator[University]:
    """Return a university whose mDokumenty is empty, and makes documents at once."""
    with University(sandbox) as university:
        yield university


@pytest.fixture
def browser(sandbox: Sandbox) -> Iterator[httpx.Client]:
    """Return a browser in front of the sandbox's page."""
    with httpx.Client(base_url=sandbox.url, follow_redirects=True) as browser:
        yield browser
