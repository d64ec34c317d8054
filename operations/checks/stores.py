"""Checks of what everything stands on: PostgreSQL with its migrations and keys, and Redis."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import psycopg
import redis
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext_lazy as _

from operations.alarm_kinds import Kind
from operations.checks.base import Check, Finding, Moment, Words
from students.key_canaries import wrong_keys

_PATIENCE = 4  # seconds
_REDIS_PATIENCE = 2
_FULL = {"53300", "53400"}  # SQLSTATE: too many connections, a limit of the configuration


def database_status() -> str:
    """Return "ok" or what is wrong with the database, on a connection of its own with its own time limits.

    A database that answers late, or has no connection to spare, is another thing than one that is not there.
    """
    parameters: dict[str, Any] = connection.get_connection_params()
    try:
        with psycopg.connect(**{**parameters, "connect_timeout": _PATIENCE}) as asked, asked.transaction():
            # Not among the options of the connection: a pooler in front of PostgreSQL refuses these.
            asked.execute("SELECT set_config('statement_timeout', %s, true)", [f"{_PATIENCE}s"])
            rows = asked.execute("SELECT app, name FROM django_migrations").fetchall()
    except psycopg.errors.UndefinedTable:
        return "migrations missing"
    except (psycopg.errors.ConnectionTimeout, psycopg.errors.QueryCanceled):
        return "no answer"
    except psycopg.Error as error:
        is_full = error.sqlstate in _FULL or "no more connections allowed" in str(
            error
        )  # PgBouncer has no code
        return "full" if is_full or "too many" in str(error) else "unreachable"
    return "ok" if _migrations() <= set(rows) else "migrations missing"


def redis_status() -> str:
    """Return "ok" or what is wrong with Redis."""
    limits = {"socket_timeout": _REDIS_PATIENCE, "socket_connect_timeout": _REDIS_PATIENCE}
    try:
        with redis.Redis.from_url(settings.REDIS_URL, **limits) as asked:
            asked.ping()
    except redis.TimeoutError:
        return "no answer"
    except redis.RedisError:
        return "unreachable"
    return "ok"


@cache
def _migrations() -> frozenset[tuple[str, str]]:
    """Return the names of the migrations of this code."""
    return frozenset(MigrationLoader(None).disk_migrations)


def _database(_moment: Moment) -> Iterator[Finding]:
    if (status := database_status()) != "ok":
        yield Finding(status)


def _redis(_moment: Moment) -> Iterator[Finding]:
    if (status := redis_status()) != "ok":
        yield Finding(status)


def _keys(_moment: Moment) -> Iterator[Finding]:
    for name in wrong_keys():
        yield Finding("wrong", name)


DATABASE = Check(
    Kind.DATABASE,
    _database,
    {
        "unreachable": Words(
            _("Baza danych nie działa albo nie przyjmuje połączeń portalu."),
            _("Sprawdź PostgreSQL i DATABASE_URL; portal połączy się sam."),
        ),
        "no answer": Words(
            _("Baza danych nie odpowiada w ciągu kilku sekund: jest przeciążona albo zawieszona."),
            _(
                "Zobacz w pg_stat_activity, co trwa najdłużej, i czy maszynie nie brak procesora, pamięci lub dysku."
            ),
        ),
        "full": Words(
            _("Baza danych nie ma wolnych połączeń."),
            _("Zwiększ max_connections albo zmniejsz liczbę procesów; wzór jest w docs/deployment.md."),
        ),
        "migrations missing": Words(
            _("Program jest nowszy niż baza danych: brakuje migracji."), _("Uruchom manage.py migrate.")
        ),
    },
    stops_all=True,
)
KEYS = Check(
    Kind.KEYS,
    _keys,
    {
        "wrong": Words(
            _("%(subject)s nie jest kluczem, którym zapisano tę bazę danych."),
            _("Ustaw właściwy klucz i uruchom portal ponownie; niczego złym kluczem nie zapisano."),
        )
    },
    stops_all=True,
)
REDIS = Check(
    Kind.REDIS,
    _redis,
    {
        "unreachable": Words(
            _("Redis nie działa: zamówienia są przyjmowane, ale workery stoją."),
            _("Sprawdź Redis i REDIS_URL; workery połączą się same i niczego nie trzeba wysyłać ponownie."),
        ),
        "no answer": Words(
            _("Redis nie odpowiada: zamówienia są przyjmowane, ale workery stoją."),
            _("Sprawdź, czy proces Redis nie jest zawieszony i czy maszynie nie brak pamięci."),
        ),
    },
)
