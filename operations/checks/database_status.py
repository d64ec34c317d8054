"""Status of the database: asked on a connection of its own, with time limits of the server's and of ours.

A database that answers late, has no connection to spare or no room is another thing than one that is not there.
"""

import errno
import os
import socket
import threading
import time
from contextlib import suppress
from functools import cache
from types import TracebackType
from typing import Any, Self

import psycopg
from django.db import connection
from django.db.migrations.loader import MigrationLoader

OK, UNREACHABLE, NO_ANSWER = "ok", "unreachable", "no answer"
FULL, DISK_FULL, MIGRATIONS_MISSING = "full", "disk full", "migrations missing"

_PATIENCE = 4  # seconds
_DEADLINE = _PATIENCE + 1  # so that a server which can keeps to its own limit, and its connection stays whole
_PAUSE = 0.1  # seconds
_NO_CONNECTION = {"53300", "53400"}  # SQLSTATE: too many connections, a limit of the configuration
# A pooler has no code of its own for these: its clients, then ours; and one that waited for a connection in vain.
_NO_CONNECTION_SAYS = ("no more connections allowed", "too many", "query_wait_timeout")
# A queue of a socket that is full, a process that cannot be made: a machine that is busy. Neither has a code.
_BUSY_SAYS = (os.strerror(errno.EAGAIN), os.strerror(errno.ENOMEM))
_OUT_OF_MEMORY = "53200"
# Too many rows for this memory are put down in a file beside the tables, of about half a megabyte: reading alone
# goes well on a full disk.
_ROOM = "SELECT count(*) FROM generate_series(1, 20000)"


def database_status() -> str:
    """Return "ok" or what is wrong with the database."""
    deadline = None
    try:
        with _connect() as asked, _Deadline(asked) as deadline, asked.transaction():
            # Not among the options of the connection: a pooler in front of PostgreSQL refuses these.
            limits = {"statement_timeout": f"{_PATIENCE}s", "work_mem": "64kB", "temp_tablespaces": ""}
            for name, value in limits.items():
                asked.execute("SELECT set_config(%s, %s, true)", [name, value])
            rows = asked.execute("SELECT app, name FROM django_migrations").fetchall()
            asked.execute(_ROOM)
    except psycopg.Error as error:
        return NO_ANSWER if deadline and deadline.has_passed else _status_of(error)
    return OK if _migrations() <= set(rows) else MIGRATIONS_MISSING


class _Deadline:
    """Deadline of what is asked on a connection, which is cut then.

    The server's own limit begins with a connection of the server's: a pooler that has none to give keeps a question
    waiting.
    """

    def __init__(self, asked: psycopg.Connection[Any]) -> None:
        self.has_passed = False
        # A copy stays this connection's, whatever becomes of the original.
        self._socket = socket.socket(fileno=os.dup(asked.fileno()))
        self._timer = threading.Timer(_DEADLINE, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, place: TracebackType | None
    ) -> None:
        self._timer.cancel()
        self._timer.join()
        self._socket.close()

    def _cut(self) -> None:
        self.has_passed = True
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)


def _connect() -> psycopg.Connection[Any]:
    """Connect; where the machine is too busy to take a connection at once, ask again."""
    parameters: dict[str, Any] = {**connection.get_connection_params(), "connect_timeout": _PATIENCE}
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            return psycopg.connect(**parameters)
        except psycopg.OperationalError as error:
            if not _is_busy(error) or time.monotonic() > until:
                raise
        time.sleep(_PAUSE)


def _status_of(error: psycopg.Error) -> str:
    if isinstance(error, psycopg.errors.UndefinedTable):
        return MIGRATIONS_MISSING
    if isinstance(error, psycopg.errors.DiskFull):
        return DISK_FULL
    if isinstance(error, (psycopg.errors.ConnectionTimeout, psycopg.errors.QueryCanceled)) or _is_busy(error):
        return NO_ANSWER
    is_full = error.sqlstate in _NO_CONNECTION or any(said in str(error) for said in _NO_CONNECTION_SAYS)
    return FULL if is_full else UNREACHABLE


def _is_busy(error: psycopg.Error) -> bool:
    return error.sqlstate == _OUT_OF_MEMORY or any(said in str(error) for said in _BUSY_SAYS)


@cache
def _migrations() -> frozenset[tuple[str, str]]:
    """Return the names of the migrations of this code."""
    return frozenset(MigrationLoader(None).disk_migrations)
