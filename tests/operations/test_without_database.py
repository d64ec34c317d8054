"""The database away is told without it: once for all who notice, and once when it is back.

What it is found to be is told as that; where rows can be written, by an alarm.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.utils import timezone

from operations import signer, signs, watch, without_database
from operations.checks.stores import DATABASE
from operations.models import Alarm

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def nothing_told(settings: Any) -> Iterator[None]:
    settings.ADMINS = [("", "admin@example.edu")]
    with redis.Redis.from_url(settings.REDIS_URL) as asked:
        forget()
        asked.delete("operations:database-away")
        yield
        # Else the next test that runs the checks would mail that the database is back.
        forget()
        asked.delete("operations:database-away")


def forget() -> None:
    """Have this process be one that has only begun."""
    memory = without_database._Memory
    memory.away_since, memory.status, memory.told, memory.has_begun = None, "ok", "", False


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
        without_database._Memory.told = ""  # another process has not told yet
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


def test_one_that_has_only_begun_tells_that_it_is_back(
    client: Client, mailoutbox: list[EmailMessage], tmp_path: Path, outage: None
) -> None:
    with pytest.MonkeyPatch.context() as away:
        away.setitem(connection.settings_dict, "HOST", str(tmp_path))
        client.get("/health/ready")
        client.get("/health/ready")
    forget()  # everything was started again, to mend it
    client.get("/health/ready")
    assert [mail.subject.partition(": ")[2] for mail in mailoutbox if "Baza danych" in mail.body] == [
        "Alarm: baza danych",
        "Ustał alarm: baza danych",
    ]


def test_a_mail_that_was_not_taken_is_sent_when_the_next_one_notices(
    client: Client, mailoutbox: list[EmailMessage], tmp_path: Path, outage: None, settings: Any
) -> None:
    works, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    with pytest.MonkeyPatch.context() as away:
        away.setitem(connection.settings_dict, "HOST", str(tmp_path))
        client.get("/health/ready")
        client.get("/health/ready")
        assert mailoutbox == []
        settings.EMAIL_BACKEND = works
        client.get("/health/ready")
    assert len(mailoutbox) == 1


@contextmanager
def all_connections_taken() -> Iterator[None]:
    """Have PostgreSQL give the portal's role no connection."""
    parameters = {**connection.get_connection_params(), "autocommit": True}
    with psycopg.connect(**parameters) as asked:
        asked.execute("CREATE ROLE portal_of_test LOGIN CONNECTION LIMIT 0")
        try:
            with pytest.MonkeyPatch.context() as other:
                other.setitem(connection.settings_dict, "USER", "portal_of_test")
                yield
        finally:
            asked.execute("DROP ROLE portal_of_test")


@pytest.mark.django_db(transaction=True)
def test_a_process_that_cannot_sign_says_why(mailoutbox: list[EmailMessage], outage: None) -> None:
    of_this = signer.Signer(signs.Role.WEB, "web@one")
    of_this.sign()
    connection.close()  # as the web does each time, and others after a minute
    with all_connections_taken():
        for _ in range(3):
            of_this.sign()
    (mail,) = mailoutbox
    assert "Baza danych nie ma wolnych połączeń" in mail.body and "database: full" in mail.body
    of_this.sign()
    assert len(mailoutbox) == 2 and "Ustał" in mailoutbox[1].subject


@pytest.mark.django_db(transaction=True)
def test_a_process_whose_sign_finds_no_room_says_so(mailoutbox: list[EmailMessage]) -> None:
    of_this = signer.Signer(signs.Role.WEB, "web@one")
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full'; END $$"
        )
        cursor.execute("CREATE TRIGGER no_room BEFORE INSERT ON operations_sign EXECUTE FUNCTION no_room()")
    try:
        of_this.sign()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION no_room CASCADE")
    assert Alarm.objects.open().get().status == "disk full"


@pytest.fixture
def a_migration_missing(transactional_db: None) -> Iterator[ExitStack]:
    """Have a migration be missing, until the stack is closed."""
    with ExitStack() as until:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE django_migrations SET name = 'away' WHERE app = 'students' AND name = '0001_initial'"
            )

        def run() -> None:
            with connection.cursor() as cursor:
                cursor.execute("UPDATE django_migrations SET name = '0001_initial' WHERE name = 'away'")

        until.callback(run)
        yield until


def test_missing_migrations_are_an_alarm_that_is_mailed_and_goes(
    client: Client, mailoutbox: list[EmailMessage], a_migration_missing: ExitStack
) -> None:
    now, of_this = timezone.now(), signer.Signer(signs.Role.WEB, "web@one")
    client.get("/health/ready")
    of_this.sign()
    alarm = Alarm.objects.open().get()
    assert (alarm.kind, alarm.status) == ("database", "migrations missing")
    watch.run(now + DATABASE.words["migrations missing"].patience + timedelta(seconds=1))
    of_this.sign()
    (mail,) = mailoutbox
    assert "brakuje migracji" in mail.body
    a_migration_missing.close()
    watch.run(now + 2 * MINUTE)
    watch.run(now + 5 * MINUTE)
    assert not Alarm.objects.filter(kind="database", gone_at__isnull=True).exists()
    assert [mail for mail in mailoutbox if "Ustał" in mail.subject and "brakuje migracji" in mail.body]


def test_missing_migrations_of_the_alarms_themselves_are_mailed_all_the_same(
    client: Client, mailoutbox: list[EmailMessage], a_migration_missing: ExitStack, outage: None
) -> None:
    of_this = signer.Signer(signs.Role.WEB, "web@one")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE operations_alarm RENAME COLUMN facts TO of_later")
    try:
        for _ in range(3):
            assert client.get("/health/ready").status_code == 503
            of_this.sign()  # which can be written, and says nothing of migrations
        (mail,) = mailoutbox
        assert "brakuje migracji" in mail.body
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE operations_alarm RENAME COLUMN of_later TO facts")
    a_migration_missing.close()
    client.get("/health/ready")
    assert "Ustał" in mailoutbox[1].subject and "brakuje migracji" in mailoutbox[1].body
