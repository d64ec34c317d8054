"""Fixtures of the tests of students: photos, time, the office and a browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.test import Client
from playwright.sync_api import Browser

from students.models import Photo
from tests.browser import chromium
from tests.students.factories import make_user


@pytest.fixture(autouse=True)
def photo_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep this test's photos in a folder of its own."""
    folder = tmp_path / "photos"
    monkeypatch.setattr(Photo._meta.get_field("file"), "storage", FileSystemStorage(location=folder))
    return folder


@pytest.fixture
def november(time_machine: Any) -> None:
    """Begin at noon in the middle of a half-year."""
    time_machine.move_to("2026-11-23 12:00 +00:00")


@pytest.fixture
def office(client: Client) -> Client:
    """Return a browser in which a superuser is signed in."""
    client.force_login(make_user(is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    """Return the system's Chromium."""
    # playwright has a loop of its own; queries are ours
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with chromium() as browser:
        yield browser
