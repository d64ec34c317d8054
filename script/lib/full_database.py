"""PostgreSQL without a free connection, as when somebody has taken them all."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg


@contextmanager
def connections_taken(url: str) -> Iterator[None]:
    """Have PostgreSQL give no connection to anybody else: one that becomes free is taken, too."""
    held: list[Any] = []
    over = threading.Event()

    def take() -> None:
        while not over.is_set():
            try:
                held.append(psycopg.connect(url, connect_timeout=5))
            except psycopg.OperationalError:
                over.wait(0.05)

    taking = threading.Thread(target=take)
    taking.start()
    try:
        yield
    finally:
        over.set()
        taking.join()
        for connection in held:
            connection.close()


def take_connections(url: str, seconds: float) -> None:
    """Take all connections for so many seconds, in a thread of its own."""

    def take() -> None:
        with connections_taken(url):
            time.sleep(seconds)

    threading.Thread(target=take, daemon=True).start()
