"""What the tests of the import share."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage, Storage

from students import job_files, signals
from students.importing import files
from students.models import Job

TODAY = date(2025, 11, 24)


@pytest.fixture(autouse=True)
def clock(time_machine: Any) -> None:
    """Have it be the day for which the rows are made."""
    time_machine.move_to(TODAY)


@pytest.fixture
def kept_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Storage:
    """Keep this test's uploads in a folder of its own."""
    storage = FileSystemStorage(location=tmp_path / "jobs")
    monkeypatch.setattr(Job._meta.get_field("file"), "storage", storage)
    for user in (files, job_files):
        monkeypatch.setattr(user, "job_storage", lambda: storage)
    return storage


@pytest.fixture
def told() -> Iterator[dict[str, list[list[int]]]]:
    """Collect what listeners are told, by the name of the signal."""
    heard: dict[str, list[list[int]]] = {}
    listeners = []
    for name in ("students_changed", "cards_ended", "cards_extended"):

        def listen(sender: Any, ids: list[int], name: str = name, **kwargs: Any) -> None:
            heard.setdefault(name, []).append(ids)

        getattr(signals, name).connect(listen, weak=False)
        listeners.append((name, listen))
    yield heard
    for name, listen in listeners:
        getattr(signals, name).disconnect(listen)
