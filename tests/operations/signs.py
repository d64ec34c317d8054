"""Signs of life as the processes would have written them."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from operations import signs
from operations.models import Sign

NOW = timedelta()
FRESH = timedelta(minutes=-10)  # so that they do not age while a test runs on a busy machine


def sign(role: str, queue: str = "", *, seen: timedelta = NOW, process: str = "", **values: Any) -> Sign:
    """Store a sign that was given so long ago, of a process that has worked until then."""
    at = timezone.now() - seen
    given = {"started_at": at - timedelta(hours=1), "worked_at": at if role == "worker" else None}
    return Sign.objects.create(
        role=role,
        queue=queue,
        process=process or f"{role}-{queue}@one",
        seen_at=at,
        own_clock=at,
        **given | values,
    )


def make_well() -> None:
    """Have every process give signs of life."""
    Sign.objects.all().delete()
    for queue in signs.queues():
        sign("worker", queue, seen=FRESH)
    sign("beat", process="beat@one", seen=FRESH)
