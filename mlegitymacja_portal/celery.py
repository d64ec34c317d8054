"""Celery app. It only wakes the engine: no order can be lost with a message."""

import logging
import os
from functools import cached_property
from typing import Any

from celery import Celery, Task, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlegitymacja_portal.settings")


class WakeUp(Task):  # type: ignore[type-arg]  # not generic at run time
    """Base of all tasks."""

    Request = "mlegitymacja_portal.wake_up_request:WakeUpRequest"


class App(Celery):
    """Celery app whose programs print nothing but lines of the log."""

    @cached_property
    def Worker(self) -> Any:  # noqa: N802 -- the name is Celery's
        """Return the class of the worker."""
        from mlegitymacja_portal import celery_programs  # for who runs it, not for the web

        return self.subclass_with_self(celery_programs.Worker)

    @cached_property
    def Beat(self) -> Any:  # noqa: N802
        """Return the class of beat."""
        from mlegitymacja_portal import celery_programs

        return self.subclass_with_self(celery_programs.Beat)


logger = logging.getLogger(__name__)

app = App("mlegitymacja_portal", task_cls=WakeUp)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add("operations.celery_signs:SignStep")


@signals.task_prerun.connect
@signals.task_postrun.connect
def keep_connection(sender: Any, **_kwargs: Any) -> None:
    """Keep the connection to PostgreSQL from task to task, as long as CONN_MAX_AGE and its health allow.

    So does Django from request to request. Celery by itself closes it (CELERY_DB_REUSE_MAX), and a new one costs both
    sides more than most tasks do.
    """
    from django.db import close_old_connections

    if not sender.request.is_eager:  # else whoever has called it may be inside a transaction
        close_old_connections()


@signals.worker_init.connect
@signals.beat_init.connect
def stop_on_errors(**_kwargs: Any) -> None:
    """Refuse to start when system checks find errors, or fail themselves.

    Celery logs an exception of a handler and goes on: only SystemExit ends it.
    """
    from django.core.exceptions import ImproperlyConfigured

    from mlegitymacja_portal import checks

    try:
        checks.stop_on_errors()
    except ImproperlyConfigured as error:
        raise SystemExit(str(error)) from None
    except Exception as error:
        logger.exception("the system checks failed")
        raise SystemExit("The portal does not start: its system checks failed") from error
