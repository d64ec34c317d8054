"""A Redis that hangs while a message is acknowledged stops no worker for good."""

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from celery import current_app
from celery.utils.imports import symbol_by_name
from kombu import Connection

from mdocs.tasks import send_due as task
from mlegitymacja_portal.broker import broker_url
from script.lib.services import redis_answers
from tests.waiting import PATIENCE, wait_until


class OwnRedis:
    """A Redis that may be stopped: no other test uses it."""

    def __init__(self, program: str, folder: Path) -> None:
        self.url = f"unix://{folder / 'redis.sock'}"
        options = [
            "--port",
            "0",
            "--unixsocket",
            str(folder / "redis.sock"),
            "--save",
            "",
            "--dir",
            str(folder),
        ]
        self.process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)


@pytest.fixture
def own_redis(settings: Any, tmp_path: Path) -> Iterator[OwnRedis]:
    """Start the program of the tests' Redis once more."""
    with redis.from_url(settings.REDIS_URL) as of_all_tests:
        program = of_all_tests.info("server")["executable"]
    own = OwnRedis(program, tmp_path)
    try:
        wait_until(lambda: redis_answers(own.url), PATIENCE)
        yield own
    finally:
        own.process.kill()
        own.process.wait()


def test_a_worker_takes_messages_again_after_redis_hung(settings: Any, own_redis: OwnRedis) -> None:
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    with Connection(broker_url(own_redis.url), transport_options=options) as broker:
        queue = broker.SimpleQueue("send", no_ack=False)
        queue.consumer.qos(prefetch_count=settings.CELERY_WORKER_PREFETCH_MULTIPLIER)
        for _ in range(2):
            current_app.send_task(task.name, connection=broker)
        message = queue.get(timeout=10)
        request = symbol_by_name(task.Request)(
            message,
            on_ack=message.ack_log_error,
            app=current_app,
            task=task,
            connection_errors=broker.connection_errors,
        )
        own_redis.process.send_signal(signal.SIGSTOP)
        try:
            request.acknowledge()
        finally:
            own_redis.process.send_signal(signal.SIGCONT)
        assert request.acknowledged
        assert queue.get(timeout=10).headers["task"] == "mdocs.send_due"
