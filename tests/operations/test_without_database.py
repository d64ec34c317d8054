"""The database away is told without it: once for all who notice, and once when it is back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client

from operations import without_database

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_told(settings: Any) -> Iterator[None]:
    settings.ADMINS = [("", "admin@example.edu")]
    with redis.Redis.from_url(settings.REDIS_URL) as asked:
        asked.delete("operations:database-away")
    yield
    without_database._Memory.away_since, without_database._Memory.has_told = None, False


@pytest.fixture
def outage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(without_database, "PATIENCE", 0.0)


def test_administrators_are_mailed_once_and_when_it_is_back(
    client: Client, mailoutbox: list[EmailMessage], tmp_path: Path, outage: None
) -> None:
    with pytest.MonkeyPatch.context() as away:
        away.setitem(connection.settings_dict, "HOST", str(tmp_path))
        for _ in range(4):
            assert client.get("/health/ready").status_code == 503
        without_database._Memory.has_told = False  # another process has not told yet
        client.get("/health/ready")
    (mail,) = mailoutbox
    assert "Baza danych nie działa" in mail.body and "database: unreachable" in mail.body
    client.get("/health/ready")
    client.get("/health/ready")
    about = [mail for mail in mailoutbox if "Baza danych" in mail.body]
    assert len(about) == 2 and "Ustał" in about[1].subject


def test_a_restart_is_no_outage(client: Client, mailoutbox: list[EmailMessage], tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as away:
        away.setitem(connection.settings_dict, "HOST", str(tmp_path))
        client.get("/health/ready")
        client.get("/health/ready")
    client.get("/health/ready")
    assert not [mail for mail in mailoutbox if "Baza danych" in mail.body]
