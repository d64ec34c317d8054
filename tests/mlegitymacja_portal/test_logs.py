"""The log: one line each, one id from the browser to the worker, nothing personal."""

import json
import logging
import re
import sys
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import DatabaseError, connection
from django.test import Client
from gunicorn.config import Config

from mlegitymacja_portal.gunicorn_log import ServerLog
from mlegitymacja_portal.logs import LineFormatter, formatter

PESEL = "02270803624"


def formatted(message: str, **values: Any) -> str:
    """A record as it would stand in the log."""
    return LineFormatter("{message}", style="{").format(logging.makeLogRecord({"msg": message, **values}))


@pytest.mark.parametrize(
    "message", [f"holder {PESEL} refused", f"{PESEL}", f"pesel={PESEL}, x", f"{{'p': '{PESEL}'}}"]
)
def test_what_looks_like_a_pesel_does_not_reach_the_log(message: str) -> None:
    assert PESEL not in formatted(message)
    assert "[11 digits]" in formatted(message)


@pytest.mark.parametrize(
    "number",
    [
        "0227080362",
        "022708036245",
        "1795424176123",
        "8286776accbd48b02270803624e72506",  # a request id
        "0f7f2f04-0000-4000-8000-02270803624a",  # an order
    ],
)
def test_other_numbers_stay_as_they_are(number: str) -> None:
    assert formatted(f"took {number}") == f"took {number}"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "failing",
    [
        "INSERT INTO person VALUES ('Nowak', 1), ('Nowak', 1)",
        "INSERT INTO person VALUES ('Nowak', -1)",
        "INSERT INTO person VALUES ('Nowak' || chr(10) || chr(10) || 'Anna', NULL)",
    ],
)
def test_a_database_error_is_logged_without_the_row_that_it_was_about(failing: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE person (name text UNIQUE, age int NOT NULL CHECK (age > 0))")
        try:
            cursor.execute(failing)
        except DatabaseError:
            line = formatted("it failed", exc_info=sys.exc_info())
    assert "Nowak" not in line
    assert "Anna" not in line
    assert "violates" in line
    assert "django.db.utils.IntegrityError" in line


def test_beat_says_in_one_line_that_redis_is_away(caplog: pytest.LogCaptureFixture) -> None:
    beat = logging.getLogger("celery.beat")
    try:
        raise ConnectionError("refused")
    except ConnectionError as error:
        beat.error("Message Error: %s\n%s", error, ["a stack"], exc_info=True)
    (record,) = caplog.records
    assert LineFormatter("{message}").format(record) == "Message Error: refused"


def test_administrators_are_mailed_what_is_critical_and_only_that(
    settings: Any, mailoutbox: list[EmailMessage]
) -> None:
    settings.ADMINS = [("", "admin@example.edu")]
    logging.getLogger("mdocs").error("not worth a mail")
    logging.getLogger("mdocs").critical("the certificate of %s is refused", PESEL)
    (mail,) = mailoutbox
    assert mail.to == ["admin@example.edu"]
    assert "is refused" in mail.subject
    assert PESEL not in mail.subject + str(mail.body)


@pytest.mark.django_db
def test_a_request_keeps_the_id_that_it_came_with(client: Client) -> None:
    given = "0f7f2f04-0000-4000-8000-000000000001"
    for spelling in (given, given.replace("-", ""), given.upper()):  # as proxies write them
        assert client.get("/health/live", headers={"X-Request-Id": spelling})["X-Request-Id"] == given


@pytest.mark.parametrize("given", ["", "not-an-id", "a\\nb"])
def test_a_request_without_a_good_id_gets_one(client: Client, given: str) -> None:
    assert re.fullmatch(
        r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        client.get("/health/live", headers={"X-Request-Id": given})["X-Request-Id"],
    )


@pytest.mark.parametrize(
    "message",
    [
        f"Error handling request GET /services/users/photo?ticket=secret&pesel={PESEL}",
        f"Invalid request from ip=192.0.2.1: Invalid HTTP request line: 'GET /x?secret={PESEL}ż HTTP/1.1'",
        f"Invalid request from ip=2001:db8::1: Invalid HTTP request line: 'GET /x/{PESEL}?secret HTTP/1.1'",
    ],
)
def test_what_the_web_server_says_by_itself_names_neither_queries_nor_who_asked(
    message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    config = Config()
    config.set("logger_class", ServerLog)
    config.set("accesslog", "-")
    log = config.logger_class(config)
    try:
        log.error("%s", message)
        log.access_log.info("%s", message)
    finally:
        for each in (log.error_log, log.access_log):
            each.handlers.clear()
    said = capfd.readouterr()
    for text in (said.err, said.out):
        assert "request" in text
        for secret in ("secret", PESEL, "192.0.2.1", "2001:db8"):
            assert secret not in text


def test_a_message_is_one_line_whoever_chose_its_words() -> None:
    assert formatted("not found: /a\nb\r\x1b[2K\u2028c") == r"not found: /a\nb\r\x1b[2K\u2028c"


def test_a_line_says_when_with_its_offset_and_for_which_request() -> None:
    record = logging.makeLogRecord(
        {"msg": "done", "levelname": "INFO", "name": "mdocs", "created": 1793500200.5, "request_id": "42"}
    )
    line = formatter("text").format(record)
    assert re.fullmatch(r"2026-11-01T\d\d:30:00\.500[+-]\d\d:\d\d INFO mdocs \[42\] done", line)


def test_json_has_the_same_and_what_the_text_is_made_of() -> None:
    fields = {"order": "7", "seconds": 0.5, "words": PESEL}
    record = logging.makeLogRecord(
        {"msg": "done %s", "args": (PESEL,), "levelname": "INFO", "name": "mdocs", "fields": fields}
    )
    try:
        raise ValueError("two\nlines")
    except ValueError:
        record.exc_info = sys.exc_info()
    line = formatter("json").format(record)
    told = json.loads(line)
    assert "\n" not in line
    assert PESEL not in line
    assert (told["order"], told["seconds"], told["level"], told["logger"]) == ("7", 0.5, "INFO", "mdocs")
    assert told["message"] == "done [11 digits]"
    assert told["traceback"].endswith("two\nlines")
    assert set(told) >= {"time", "request_id"}
