"""Tokens: made and ended by their users, shown once, and never more than their user may."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from auditlog.models import LogEntry
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from api.models import LONGEST_LIFE, MOST_TOKENS, Token
from api.scopes import TokenScope
from api.tasks import delete_tokens
from students.models import Student, User
from tests.api.caller import Caller, make_token

PAGE = "/dla-studentow/tokeny/"
ASKED = {"name": "laptop", "scopes": ["read:me"], "days": "30"}


def make_on_page(client: Client, **changes: Any) -> tuple[Any, str]:
    answer = client.post(PAGE, ASKED | changes)
    found = re.search(r"mleg_[\w-]{43}", answer.content.decode())
    return answer, found[0] if found else ""


def test_a_token_is_shown_once_and_works(student_client: Client) -> None:
    answer, key = make_on_page(student_client)
    assert key and "no-store" in answer["Cache-Control"]
    assert Caller(key).get("me/eligibility").status_code == 200
    again = student_client.get(PAGE).content.decode()
    assert key not in again and key[:11] in again and "laptop" in again
    assert key not in "".join(map(str, Token.objects.values_list("key_hash", "prefix", "name")))


def test_an_ended_token_opens_nothing_and_its_life_is_logged(
    student_client: Client, student: Student
) -> None:
    _answer, key = make_on_page(student_client)
    token = Token.objects.get()
    student_client.post(f"{PAGE}{token.pk}/zakoncz/")
    refused = Caller(key).get("me/eligibility")
    assert (refused.status_code, refused.json()["code"]) == (401, "invalid_token")
    assert refused["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    logged = LogEntry.objects.get_for_object(token).order_by("pk")
    assert [(entry.action, entry.actor) for entry in logged] == [(0, student.user), (1, student.user)]
    assert key not in str([entry.changes for entry in logged]) and "key_hash" not in logged[0].changes


def test_somebody_elses_token_cannot_be_ended(student_client: Client, other_student: Student) -> None:
    make_token(other_student.user)
    token = Token.objects.get()
    assert student_client.post(f"{PAGE}{token.pk}/zakoncz/").status_code == 404
    assert "test" not in student_client.get(PAGE).content.decode().split("Nowy token")[0].split("<h1>")[1]
    token.refresh_from_db()
    assert token.ended_at is None


def test_a_token_works_to_its_day_and_no_longer(student: Student) -> None:
    key = make_token(student.user)
    for later, status in ((timedelta(days=30, seconds=-5), 200), (timedelta(days=30), 401)):
        with time_machine.travel(timezone.now() + later, tick=False):
            assert Caller(key).get("me/eligibility").status_code == status


def test_no_token_lasts_for_more_than_a_year(student: Student, student_client: Client) -> None:
    now = timezone.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_token(student.user, created_at=now, expires_at=now + LONGEST_LIFE + timedelta(seconds=1))
    answer, key = make_on_page(student_client, days="366")
    assert (answer.status_code, key) == (400, "")


def test_staff_scopes_are_for_staff(student_client: Client) -> None:
    assert "staff:read" not in student_client.get(PAGE).content.decode()
    answer, key = make_on_page(student_client, scopes=["staff:read"])
    assert (answer.status_code, key) == (400, "")


def test_a_token_of_somebody_who_was_shut_out_opens_nothing(script: Caller, student: Student) -> None:
    User.objects.filter(pk=student.user_id).update(is_active=False)
    assert script.get("me/eligibility").status_code == 401


@pytest.mark.parametrize("sent", ["", "mleg_", "x", "mleg_" + "a" * 43, "\x00", "ż", "a b"])
def test_what_is_no_token_is_refused(db: None, sent: str) -> None:
    answer = Client(headers={"Authorization": f"Bearer {sent}"}).get("/api/v1/me/eligibility")
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")


def test_a_token_with_a_scope_does_nothing_else(student: Student) -> None:
    caller = Caller(make_token(student.user, TokenScope.READ_ME))
    assert caller.get("me/orders").status_code == 200
    refused = caller.post("me/orders")
    assert (refused.status_code, refused.json()["code"], refused.json()["scope"]) == (
        403,
        "insufficient_scope",
        "order",
    )


def test_there_is_an_end_to_how_many_tokens_one_has(student_client: Client, student: Student) -> None:
    for _ in range(MOST_TOKENS):
        make_token(student.user)
    answer, key = make_on_page(student_client)
    assert (answer.status_code, key) == (400, "")
    first = Token.objects.first()
    assert first is not None
    student_client.post(f"{PAGE}{first.pk}/zakoncz/")
    assert make_on_page(student_client)[1]


def test_a_token_costs_one_query_and_its_use_is_noted_by_the_hour(student: Student) -> None:
    caller = Caller(make_token(student.user))
    with CaptureQueriesContext(connection) as first:
        caller.get("me/eligibility")
    with CaptureQueriesContext(connection) as second:
        caller.get("me/eligibility")
    assert (len(first), len(second)) == (3, 2)
    assert Token.objects.get().last_used_at is not None


def test_what_is_over_is_kept_for_a_month(student: Student) -> None:
    make_token(student.user)
    now = timezone.now()
    for days, left in ((59, 1), (61, 0)):
        with time_machine.travel(now + timedelta(days=days), tick=False):
            delete_tokens()
        assert Token.objects.count() == left
