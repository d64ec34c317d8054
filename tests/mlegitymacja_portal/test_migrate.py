"""`migrate` beside a portal that works: it holds nobody up for long, and says what it met."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from threading import Timer
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

TABLE = "operations_alarm"
BEFORE, AFTER = "0003", "0004"  # which sets the table's defaults


@pytest.fixture
def copied(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The portal's database exchanged for a copy that lacks the last migration of an app."""
    usual = connection.settings_dict["NAME"]
    own = f"{usual}_to_migrate"
    name, quote = connection.ops.quote_name(own), connection.ops.quote_name
    with django_db_blocker.unblock():
        connection.close()
        with connection._nodb_cursor() as server:
            server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            # What threads of earlier tests have left open: a database that somebody uses is not copied.
            server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [usual]
            )
            server.execute(f"CREATE DATABASE {name} TEMPLATE {quote(usual)}")
        try:
            connection.settings_dict["NAME"] = own
            call_command("migrate", "operations", BEFORE, verbosity=0)
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = usual
            with connection._nodb_cursor() as server:
                server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def somebody_at_work(seconds: float) -> Iterator[None]:
    """Hold a lock on the table for so long, as a transaction that has read it does."""
    parameters = connection.get_connection_params()
    known = {it: parameters[it] for it in ("dbname", "user", "password", "host", "port") if it in parameters}
    with psycopg.connect(**known) as other:
        other.execute(f"SELECT FROM {TABLE}")
        timer = Timer(seconds, other.rollback)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()


def migrate(**options: Any) -> tuple[str, str]:
    said, complained = StringIO(), StringIO()
    try:
        call_command(
            "migrate", "operations", lock_timeout=0.2, pause=0.1, stdout=said, stderr=complained, **options
        )
    except CommandError as error:
        complained.write(str(error))
    return said.getvalue(), complained.getvalue()


def has_defaults() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = %s::regclass", [TABLE]
        )
        return any("'{}'" in row[0] for row in cursor.fetchall())


def test_a_migration_that_meets_a_lock_lets_others_by_and_is_tried_again(copied: None) -> None:
    with somebody_at_work(seconds=1):
        said, complained = migrate(tries=60)
    assert "OK" in said
    assert (
        "operations.0004_database_defaults was undone: canceling statement due to lock timeout" in complained
    )
    assert f"SELECT FROM {TABLE}" in complained
    assert has_defaults()


def test_a_lock_that_stays_is_named_and_the_migration_can_be_run_again(copied: None) -> None:
    with somebody_at_work(seconds=30):
        _said, complained = migrate(tries=2)
        assert "(try 2 of 2)" in complained
        assert "found no moment without locks in its way" in complained
        assert not has_defaults()
    assert migrate()[1] == ""
    assert has_defaults()


def test_what_comes_after_waits_for_locks_as_before(copied: None) -> None:
    migrate()
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)


def test_an_index_half_built_is_built_anew(copied: None) -> None:
    call_command("migrate", "students", "0040", verbosity=0)
    with connection.cursor() as cursor:
        # As it is left when it was interrupted: not what it was to be.
        cursor.execute("CREATE INDEX card_newest ON students_studentcard (id)")
    call_command("migrate", "students", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'card_newest'")
        assert "issued_on DESC" in cursor.fetchone()[0]
