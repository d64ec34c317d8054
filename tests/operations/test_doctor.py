"""The doctor: what is wrong in words, for people and for programs, with an exit code."""

import base64
import json
import re
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from mdocs import orders
from operations.alarm_kinds import Kind
from operations.models import Sign
from students.models import Student
from tests.mdocs.factories import make_order
from tests.mdocs.sandbox_process import Sandbox
from tests.operations.signs import make_well

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def well(sandbox: Sandbox, storage_of_test: None) -> None:
    """Have every process, mDokumenty and the storage be well."""
    make_well()
    MigrationRecorder.Migration.objects.update(applied=timezone.now())


def doctor(*arguments: str) -> tuple[int, str]:
    """Return the exit code, and what it said."""
    said, code = StringIO(), 0
    try:
        call_command("doctor", *arguments, stdout=said)
    except SystemExit as stopped:
        code = int(stopped.code or 0)
    return code, said.getvalue()


def facts(check: str) -> list[dict[str, Any]]:
    found = json.loads(doctor("--json")[1])["checks"]
    return [dict(fact) for each in found if each["check"] == check for fact in each["facts"]]


def wrong(*arguments: str) -> dict[str, list[dict[str, Any]]]:
    found = json.loads(doctor("--json", *arguments)[1])["checks"]
    return {check["check"]: check["findings"] for check in found if check["findings"]}


def test_a_portal_that_is_well() -> None:
    code, said = doctor()
    assert (code, said.count(": ok")) == (0, len(Kind)), said


def test_what_is_wrong_and_how_to_mend_it() -> None:
    Sign.objects.filter(queue="send").delete()
    code, said = doctor()
    assert code == 1
    assert "No worker serves the queue “send”." in said
    assert "Start a worker for this queue" in said
    assert "docs/runbook.md, workers: not seen" in said
    assert "Kolejki „send”" in doctor("--language", "pl")[1]
    (finding,) = wrong()["workers"]
    assert (finding["status"], finding["subject"], finding["runbook"]) == (
        "not seen",
        "send",
        "workers: not seen",
    )


def test_mdokumenty_and_the_mail_server_are_asked(settings: Any) -> None:
    settings.MDOKUMENTY_URL = "http://127.0.0.1:1"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    found = wrong()
    assert found["mail"][0]["facts"] == {"why": "ConnectionRefusedError"}
    assert found["mdokumenty_call"]


def test_without_the_database_nothing_else_is_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(connection.settings_dict, "HOST", str(tmp_path))
    checks = json.loads(doctor("--json")[1])["checks"]
    assert {check["status"] for check in checks if check["check"] != "database"} == {"not asked"}
    assert checks[0]["findings"][0]["status"] == "unreachable"


def test_what_is_due_is_counted_also_where_all_is_well(student: Student, other_student: Student) -> None:
    now = timezone.now()
    make_order(student, next_attempt_at=now - timedelta(seconds=40))
    make_order(other_student, next_attempt_at=now - timedelta(seconds=5))
    code, said = doctor()
    assert code == 0, said
    assert re.search(r"^    Queue “send”: 2 orders due, the oldest for \d+ s$", said, re.MULTILINE), said
    assert "    Queue “poll”: 0 orders due" in said
    sent, polled = facts("orders_due")
    assert (sent["lane"], sent["number"], polled["number"]) == ("send", 2, 0)
    assert 40 <= sent["seconds"] < 110


def test_what_waits_to_be_told_is_counted(student: Student) -> None:
    orders.place(student, by=student.user)
    events, *mails = facts("messages")
    assert (events["kind"], events["number"]) == ("events", 1)
    assert [fact["number"] for fact in mails] == [0, 0]
    assert facts("phones")[0]["number"] == facts("webhooks")[0]["number"] == 0


def test_the_doctors_own_clock_is_compared_with_the_databases() -> None:
    (own,) = (fact for fact in facts("clock") if fact["process"] == "doctor")
    assert abs(own["milliseconds"]) < 5_000
    with time_machine.travel(timezone.now() + timedelta(seconds=8)):
        (finding,) = (found for found in wrong()["clock"] if found["subject"] == "doctor")
    assert 6 <= finding["facts"]["seconds"] <= 9


def test_it_says_what_it_has_looked_at_of_push_and_of_the_certificate(settings: Any) -> None:
    settings.PUSH_KEY = ""
    assert "PUSH_KEY is not set" in facts("push")[0]["said"]
    settings.PUSH_KEY = base64.urlsafe_b64encode(b"k" * 32).decode().rstrip("=")
    assert "does not ask the push services" in facts("push")[0]["said"]
    assert "none is set" in facts("certificate")[0]["said"]
