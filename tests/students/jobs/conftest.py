"""What the tests of long work share."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from students import jobs
from students.models import Job
from tests.students.jobs.kinds import kind


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return what makes a kind known for this test; see `kinds.kind`."""
    monkeypatch.setattr(jobs, "_types", dict(jobs._types))

    def make_known(*args: Any, **kwargs: Any) -> None:
        jobs.register(kind(*args, **kwargs))

    return make_known


@pytest.fixture
def job(db: None, register: Callable[..., None]) -> Iterator[Job]:
    """Return a job of five items that waits."""
    register()
    yield jobs.start("test", "Liczenie", by=None)
