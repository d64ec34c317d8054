"""Celery only wakes the engine: a Redis that is away or silent costs a click next to nothing."""

import socket
import time
from typing import Any

import pytest
import redis
from celery import current_app
from kombu import Connection
from kombu.exceptions import OperationalError

from mlegitymacja_portal.broker import broker_url
from mlegitymacja_portal.due_work import TickWithWork


def publish(settings: Any, port: int) -> float:
    """Send a message to a broker that does not take it; give the seconds it took to fail."""
    begin = time.monotonic()
    broker = Connection(
        f"redis://127.0.0.1:{port}", transport_options=settings.CELERY_BROKER_TRANSPORT_OPTIONS
    )
    with broker, pytest.raises((OperationalError, OSError)):
        current_app.send_task("mdocs.send_due", connection=broker)
    return time.monotonic() - begin


def test_a_broker_that_is_away_fails_at_once(settings: Any) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        assert publish(settings, unused.getsockname()[1]) < 5


def test_a_broker_that_says_nothing_fails_soon(settings: Any) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        assert publish(settings, silent.getsockname()[1]) < 10


def test_a_tick_that_nobody_took_up_does_not_outlive_the_next(settings: Any) -> None:
    ticks = [
        entry
        for entry in settings.CELERY_BEAT_SCHEDULE.values()
        if isinstance(entry["schedule"], TickWithWork) and entry["schedule"].seconds == settings.ENGINE_TICK
    ]
    assert {"mdocs.send_due", "mdocs.poll_due", "notifications.dispatch_events"} <= {
        entry["task"] for entry in ticks
    }
    for entry in ticks:
        assert entry["options"]["expires"] == settings.ENGINE_TICK


def test_the_schedule_names_tasks_that_exist(settings: Any) -> None:
    current_app.loader.import_default_modules()
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(current_app.tasks)


@pytest.mark.parametrize(
    ("redis_url", "expected"),
    [
        ("redis://host:6379/2", "redis://host:6379/2"),
        ("unix:///run/redis.sock", "redis+socket:///run/redis.sock?virtual_host=0"),
        ("unix:///run/redis.sock?db=3", "redis+socket:///run/redis.sock?virtual_host=3"),
    ],
)
def test_the_broker_is_the_same_database_of_redis(redis_url: str, expected: str) -> None:
    assert broker_url(redis_url) == expected


def test_what_is_published_is_in_the_database_that_was_named(settings: Any) -> None:
    with Connection(settings.CELERY_BROKER_URL) as broker, redis.Redis.from_url(settings.REDIS_URL) as own:
        own.delete("test-of-the-broker")
        broker.SimpleQueue("test-of-the-broker").put({})
        assert own.llen("test-of-the-broker") == 1
        own.delete("test-of-the-broker")
