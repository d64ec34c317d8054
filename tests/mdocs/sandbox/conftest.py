"""A university in front of the sandbox."""

from collections.abc import Iterator

import pytest

from tests.mdocs.sandbox.university import University
from tests.mdocs.sandbox_process import Sandbox


@pytest.fixture
def university(sandbox: Sandbox) -> Iterator[University]:
    """Return a university whose mDokumenty is empty, and makes documents at once."""
    with University(sandbox) as university:
        yield university
