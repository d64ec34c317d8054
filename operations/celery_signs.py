"""Signs of life of Celery's processes: a step of every worker, and beat's scheduler.

Neither uses a message: they are true while Redis is away, and while beat is.
"""

import time
from typing import TYPE_CHECKING, Any

from celery import bootsteps, signals
from celery.beat import PersistentScheduler

if TYPE_CHECKING:
    from operations.signer import Signer


@signals.worker_before_create_process.connect
def close_connection(**_kwargs: Any) -> None:
    """Close the connection by which a worker's main process signs: a child of its pool would have it, too."""
    from django.db import connection

    connection.close()


class SignStep(bootsteps.StartStopStep):
    """Step of a worker's main process that writes its signs."""

    requires = ("celery.worker.components:Pool", "celery.worker.components:Timer")

    def __init__(self, parent: Any, **kwargs: Any) -> None:
        self._timer: Any = None
        super().__init__(parent, **kwargs)

    def start(self, parent: Any) -> None:
        """Begin."""
        from operations import signs  # has models: not before the apps are loaded
        from operations.signer import Signer

        signer = Signer(signs.Role.WORKER, parent.hostname, list(parent.app.amqp.queues.consume_from))
        self._timer = parent.timer.call_repeatedly(signs.EVERY.total_seconds(), signer.sign, priority=10)
        signer.sign()

    def stop(self, parent: Any) -> None:
        """End."""
        if self._timer:
            self._timer.cancel()
            self._timer = None


class SigningScheduler(PersistentScheduler):
    """Scheduler of beat that writes its sign between ticks."""

    _signer: "Signer | None" = None
    _signed = float("-inf")

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Run a tick as Celery does, and write the sign when it is time."""
        pause: float = super().tick(*args, **kwargs)
        from operations import signs
        from operations.signer import Signer

        if time.monotonic() - self._signed >= signs.EVERY.total_seconds():
            self._signed = time.monotonic()
            self._signer = self._signer or Signer(signs.Role.BEAT, signs.process_name())
            self._signer.sign()
        return min(pause, signs.EVERY.total_seconds())
