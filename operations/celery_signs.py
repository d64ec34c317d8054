"""Signs of life of Celery's processes: a step of every worker, and beat's scheduler.

Neither uses a message: they are true while Redis is away, and while beat is.
"""

import logging
import time
from typing import Any

from celery import bootsteps
from celery.beat import PersistentScheduler

logger = logging.getLogger(__name__)

_START = 30  # seconds in which the other processes may be starting, too


class _Signer:
    """Writer of signs that logs a failure once, and leaves its process alone."""

    def __init__(self, role: str, process: str, queues: list[str]) -> None:
        from operations import machine, signs  # have models: not before the apps are loaded

        self._writer = signs.Writer(signs.Role(role), process, queues)
        self._machine = machine.Watcher()
        self._is_failing = False
        self._begun = time.monotonic()

    def sign(self) -> None:
        """Write the signs, and look after the portal where nobody else does. Raises nothing."""
        from django.db import DatabaseError, connection

        from operations import watch, without_database

        try:
            self._writer.write(self._machine.latest())
            without_database.note("ok")
            if time.monotonic() - self._begun > _START:
                watch.stand_in()
        except (DatabaseError, OSError) as error:
            if not self._is_failing:
                logger.warning("no sign of life could be written: %s", type(error).__name__)
            self._is_failing = True
            without_database.note("unreachable")
        else:
            self._is_failing = False
        finally:
            connection.close()  # a pool forks children out of this process


class SignStep(bootsteps.StartStopStep):
    """Step of a worker's main process that writes its signs."""

    requires = ("celery.worker.components:Pool", "celery.worker.components:Timer")

    def __init__(self, parent: Any, **kwargs: Any) -> None:
        self._timer: Any = None
        super().__init__(parent, **kwargs)

    def start(self, parent: Any) -> None:
        """Begin."""
        from operations import signs

        signer = _Signer("worker", parent.hostname, list(parent.app.amqp.queues.consume_from))
        self._timer = parent.timer.call_repeatedly(signs.EVERY.total_seconds(), signer.sign, priority=10)
        signer.sign()

    def stop(self, parent: Any) -> None:
        """End."""
        if self._timer:
            self._timer.cancel()
            self._timer = None


class SigningScheduler(PersistentScheduler):
    """Scheduler of beat that writes its sign between ticks."""

    _signer: _Signer | None = None
    _signed = float("-inf")

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Run a tick as Celery does, and write the sign when it is time."""
        pause: float = super().tick(*args, **kwargs)
        from operations import signs

        if time.monotonic() - self._signed >= signs.EVERY.total_seconds():
            self._signed = time.monotonic()
            self._signer = self._signer or _Signer("beat", signs.process_name(), [""])
            self._signer.sign()
        return min(pause, signs.EVERY.total_seconds())
