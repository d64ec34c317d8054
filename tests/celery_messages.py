"""What Celery has been told: the messages that wait in Redis for a worker."""

import json
from typing import cast

import redis
from django.conf import settings


def waiting_tasks() -> list[str]:
    """Return the names of the tasks that wait for a worker, in the order of the alphabet."""
    queues = redis.Redis.from_url(settings.REDIS_URL)
    lists = [key for key in queues.keys() if queues.type(key) == b"list"]  # noqa: SIM118 -- a command
    messages = [message for key in lists for message in cast(list[bytes], queues.lrange(key, 0, -1))]
    return sorted(json.loads(message)["headers"]["task"] for message in messages)
