"""After all that has happened: PESELs and codes stand nowhere in the clear. Comes last, as its name does."""

import re

import pytest
from psycopg import sql

from tests.stack.stack import Stack
from tests.stack.visitor import ORDER

ROWS = sql.SQL("SELECT row::text FROM {} AS row")
THE_END = "the end of the test"


@pytest.fixture(scope="module")
def secrets(whole_portal: Stack) -> re.Pattern[str]:
    """Return what finds any PESEL, QR text or activation code of anybody."""
    issued = [order for order in whole_portal.sandbox.orders() if "qr_token" in order]
    pesels = whole_portal.manage("tell_pesels")
    codes = [order[code] for order in issued for code in ("qr_token", "activation_code")]
    assert len(pesels) > 50
    assert codes
    words = "|".join(re.escape(secret) for secret in [*pesels, *codes])
    return re.compile(rf"(?<![0-9A-Za-z])({words})(?![0-9A-Za-z])")


def test_no_log_holds_a_pesel_or_a_code(stack: Stack, secrets: re.Pattern[str]) -> None:
    logs = {file.name: file.read_text(errors="replace") for file in (stack.portal.folder / "log").iterdir()}
    assert {
        "web.log",
        "worker-send.log",
        "worker-poll.log",
        "worker-jobs.log",
        "worker-emails.log",
        "worker-notifications.log",
        "beat.log",
        "postgres.log",
    } <= logs.keys()
    assert "POST" in logs["web.log"]
    logs["console"] = stack.portal.console()
    assert {name for name, text in logs.items() if secrets.search(text)} == set()


def test_no_mail_holds_a_pesel_or_a_code(stack: Stack, secrets: re.Pattern[str]) -> None:
    mails = [file.read_text() for file in (stack.portal.folder / "mail").iterdir()]
    assert any("Twoja mLegitymacja jest gotowa do pobrania" in mail for mail in mails)
    assert not any(secrets.search(mail) for mail in mails)


def test_no_table_holds_a_pesel_or_a_code_in_the_clear(stack: Stack, secrets: re.Pattern[str]) -> None:
    names = stack.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    tables = {name: str(stack.ask(ROWS.format(sql.Identifier(name)))) for (name,) in names}
    assert "Dąbrowska" in tables["students_student"]
    assert {name for name, text in tables.items() if secrets.search(text)} == set()


def test_nothing_of_an_order_passes_through_redis(stack: Stack) -> None:
    (student,) = stack.students(1)
    with stack.redis() as redis, redis.monitor() as monitor:
        student.press(ORDER)
        stack.wait_until_ready([student])
        student.look()
        redis.echo(THE_END)
        commands = list(iter(lambda: str(monitor.next_command()["command"]), f"ECHO {THE_END}"))

    (order,) = [o for o in stack.sandbox.orders() if o["student_number"] == student.album_number]
    codes = [order["holder"]["pesel"], order["qr_token"], order["activation_code"]]
    names = [order["holder"]["last_name"], student.album_number, order["client_reference"], order["order_id"]]
    assert any("mdocs.send_due" in command for command in commands)
    passed = [(word, command) for word in codes + names for command in commands if word in command]
    assert passed == []
