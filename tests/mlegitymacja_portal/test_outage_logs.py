"""PostgreSQL or Redis away is one line a failure in the log; what is a fault of ours keeps its traceback."""

import io
import logging
import socket
from collections.abc import Callable, Iterator

import psycopg
import pytest
import redis
from django.db import DatabaseError, OperationalError, connection

from mlegitymacja_portal.logs import LineFormatter
from mlegitymacja_portal.outage_logs import OneLineOutage


@pytest.fixture
def log() -> Iterator[Callable[[], str]]:
    """Return what a logger with the filter of the log has written."""
    stream, logger = io.StringIO(), logging.getLogger("tests.outage")
    handler = logging.StreamHandler(stream)
    handler.addFilter(OneLineOutage())
    handler.setFormatter(LineFormatter("{levelname} {message}", style="{"))
    logger.addHandler(handler)
    yield stream.getvalue
    logger.removeHandler(handler)


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return int(unused.getsockname()[1])


def test_redis_that_is_away_is_one_line(log: Callable[[], str], closed_port: int) -> None:
    try:
        redis.Redis(port=closed_port).ping()
    except redis.ConnectionError:
        logging.getLogger("tests.outage").exception("could not count %s", "attempts")
    (line,) = log().splitlines()
    assert line.startswith("ERROR could not count attempts: ConnectionError: ")


def test_a_database_that_is_away_is_one_line(log: Callable[[], str], closed_port: int) -> None:
    try:
        try:
            psycopg.connect(host="127.0.0.1", port=closed_port, user="x")
        except psycopg.OperationalError as error:
            raise OperationalError(str(error)) from error
    except OperationalError:
        logging.getLogger("tests.outage").exception("Service Unavailable: /")
    (line,) = log().splitlines()
    assert line.startswith("ERROR Service Unavailable: /: OperationalError: ")


@pytest.mark.django_db
def test_what_is_wrong_in_the_code_keeps_its_traceback(log: Callable[[], str]) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT nothing")
    except DatabaseError:
        logging.getLogger("tests.outage").exception("a fault")
    assert "Traceback" in log() and len(log().splitlines()) > 3
