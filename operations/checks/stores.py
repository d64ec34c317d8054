"""Checks of what everything stands on: PostgreSQL with its migrations and keys, and Redis."""

from collections.abc import Iterator
from datetime import timedelta

import redis
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from operations.alarm_kinds import Kind
from operations.checks.base import Check, Finding, Moment, Words
from operations.checks.database_status import database_status
from students.key_canaries import wrong_keys

_REDIS_PATIENCE = 2  # seconds
_PASSES = timedelta(seconds=15)  # a moment without a connection, a migration that is being run


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
            patience=_PASSES,
        ),
        "disk full": Words(
            _("Na dysku bazy danych nie ma miejsca: można ją czytać, ale niczego nie da się zapisać."),
            _("Zwolnij miejsce albo powiększ dysk, na którym jest PostgreSQL."),
            patience=_PASSES,
        ),
        "migrations missing": Words(
            _("Program jest nowszy niż baza danych: brakuje migracji."),
            _("Uruchom manage.py migrate."),
            patience=_PASSES,
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
