"""Signer of one process: writes its signs of life, and runs the checks where nobody else does."""

import logging
import threading
import time
from collections.abc import Iterable

from django.db import DatabaseError, InternalError, close_old_connections, connection

from operations import machine, signs, watch, without_database
from operations.checks.database_status import DISK_FULL, OK, UNREACHABLE, database_status
from students.disk_full import is_disk_full

logger = logging.getLogger(__name__)

_START = 30  # seconds in which the other processes may be starting, too
_WEB_EVERY = 15  # seconds


class Signer:
    """Writer of signs that logs a failure once, and leaves its process alone."""

    def __init__(self, role: signs.Role, process: str, queues: Iterable[str] = ("",)) -> None:
        self._writer = signs.Writer(role, process, queues)
        self._machine = machine.Watcher()
        self._is_failing = False
        self._begun = time.monotonic()

    def sign(self) -> None:
        """Write the signs, and run the checks where nobody else does. Raises nothing."""
        try:
            close_old_connections()
            self._writer.write(self._machine.latest())
            without_database.note_written()
            if time.monotonic() - self._begun > _START:
                watch.stand_in()
        except (DatabaseError, OSError) as error:
            if not self._is_failing:
                logger.warning("no sign of life could be written: %s", type(error).__name__)
            self._is_failing = True
            _report_cause(error)
        else:
            self._is_failing = False


def _report_cause(error: Exception) -> None:
    """Report what is wrong with the database; a failure that lies elsewhere is not reported."""
    status = DISK_FULL if is_disk_full(error) else database_status()
    if status == OK and isinstance(error, InternalError):
        status = UNREACHABLE  # one that takes no row from us, as a standby
    if status != OK:
        watch.report_database(status)


def sign_for_the_web() -> None:
    """Have this web process sign by itself, whether or not somebody asks for its health."""
    signer = Signer(signs.Role.WEB, signs.process_name())

    def sign_for_ever() -> None:
        while True:
            connection.close()  # by a new one it is noticed when none is free any more
            signer.sign()
            time.sleep(_WEB_EVERY)

    threading.Thread(target=sign_for_ever, name="signs", daemon=True).start()
