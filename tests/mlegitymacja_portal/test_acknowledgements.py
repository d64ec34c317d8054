"""A Redis that hangs while a message is acknowledged stops no worker for good."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from celery import current_app
from celery.utils.imports import symbol_by_name
from kombu import Connection

from mdocs.tasks import send_due as task
from mlegitymacja_portal.broker import broker_url
from script.lib.processes import Supervisor
from script.lib.services import Services


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[str]:
    """Return the address of a Redis that may be stopped: no other test uses it."""
    supervisor = Supervisor(tmp_path, dict(os.environ))
    services = Services(supervisor, tmp_path, durable=False)
    try:
        yield services.start_redis()
    finally:
        supervisor.stop()
        services.tidy()


def test_a_worker_takes_messages_again_after_redis_hung(settings: Any, own_redis: str) -> None:
    (redis,) = (
        child
        for child in psutil.Process().children(recursive=True)
        if any(own_redis.removeprefix("unix://") in part for part in child.cmdline())
    )
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    with Connection(broker_url(own_redis), transport_options=options) as broker:
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
        redis.send_signal(signal.SIGSTOP)
        try:
            request.acknowledge()
        finally:
            redis.send_signal(signal.SIGCONT)
        assert request.acknowledged
        assert queue.get(timeout=10).headers["task"] == "mdocs.send_due"
