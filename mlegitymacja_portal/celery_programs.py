"""Celery's programs as the portal runs them: what they say is lines of its log, and no banner is in between."""

import os
from logging import INFO, makeLogRecord
from typing import Any

from celery.apps import beat, worker
from django.conf import settings

from mlegitymacja_portal.logs import line_formatter


class Worker(worker.Worker):
    """Worker that begins without a banner."""

    def on_before_init(self, quiet: bool = False, **kwargs: Any) -> None:
        """Be quiet, whatever the options were."""
        super().on_before_init(quiet=True, **kwargs)


class Beat(beat.Beat):
    """Beat that begins without a banner."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"quiet": True})


def _say(message: str, _stream: object = None) -> None:
    """Write one line of the log, as a handler of a signal may: no lock that the interrupted code has is asked for."""
    record = makeLogRecord(
        {"msg": message.strip(), "name": worker.__name__, "levelno": INFO, "levelname": "INFO"}
    )
    os.write(2, f"{line_formatter(settings.LOG_FORMAT).format(record)}\n".encode())


# How Celery prints that it was told to stop: a line without a time.
worker.safe_say = _say  # type: ignore[attr-defined]
