"""What a student who reads English is told around the dates of the academic year: on the page and in messages."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import translation

from mdocs import mdokumenty as md
from mdocs.entitlement.end_warnings import warn_of_ends
from mdocs.mdokumenty import RemoteStatus
from mdocs.models import Order
from mdocs.statuses import Status
from mdocs.tasks import sweep_entitlement
from notifications import outbox
from notifications.messages.models import Message
from notifications.messages.rendering import render_message
from script.lib.year_looks import polish_words
from students.models import Student, User
from tests.mdocs.engine.scripted import ScriptedGateway, answer, echo, remote
from tests.mdocs.engine.worker import Worker
from tests.mdocs.factories import make_order
from tests.mdocs.page.test_right import look
from tests.students.factories import make_card, make_enrolment, make_student

pytestmark = pytest.mark.django_db
LAST, NEXT = date(2027, 3, 31), date(2027, 10, 31)
ORDERED = datetime(2027, 2, 5, 12, tzinfo=UTC)
WEEKS_BEFORE, EVE = datetime(2027, 3, 20, 12, tzinfo=UTC), datetime(2027, 3, 29, 12, tzinfo=UTC)
AFTER_MIDNIGHT = datetime(2027, 3, 31, 22, 0, 30, tzinfo=UTC)  # of the university's 1 April


@dataclass(frozen=True)
class Case:
    """What is so at a moment under a set of rules, and what the page and the newest message say then."""

    rules: str
    at: datetime
    page: tuple[str, ...]
    message: tuple[str, ...]
    status: Status = Status.COLLECTED
    card_until: date = LAST
    change: Callable[[Student], object] = lambda student: None


def _leave(student: Student) -> object:
    return student.enrolments.update(status="struck_off", ended_on=date(2027, 4, 1))


LAST_DAY = "The mLegitymacja is valid only until 31 March 2027"
CASES = {
    "the card is not extended yet": Case(
        "els",
        WEEKS_BEFORE,
        (LAST_DAY, "On that day your plastic card (ELS) ceases to be valid. Bring it to the dean's office"),
        (LAST_DAY, "Bring it to the dean's office of your faculty to be extended"),
    ),
    "the card was not extended": Case(
        "els",
        AFTER_MIDNIGHT,
        ("Your mLegitymacja has been revoked", "your plastic student card (ELS) was not extended in time"),
        ("Your mLegitymacja has been revoked", "your plastic student card (ELS) was not extended in time"),
    ),
    "nobody has confirmed the student": Case(
        "pesel",
        WEEKS_BEFORE,
        (LAST_DAY, "The university has not confirmed yet that you go on studying"),
        (LAST_DAY, "Ask about it at the dean's office of your faculty"),
    ),
    "nobody confirmed the student": Case(
        "pesel",
        AFTER_MIDNIGHT,
        ("Its validity has run out and was not extended",),
        ("Its validity has run out and was not extended",),
    ),
    "the rights end (els)": Case(
        "els",
        EVE,
        (LAST_DAY, "On that day your rights as a student end"),
        (LAST_DAY, "If this is a mistake, or you are beginning other studies"),
        card_until=NEXT,
        change=_leave,
    ),
    "the rights end (pesel)": Case(
        "pesel",
        EVE,
        (LAST_DAY, "On that day your rights as a student end"),
        (LAST_DAY, "If this is a mistake, or you are beginning other studies"),
        change=_leave,
    ),
    "mDokumenty cannot extend it": Case(
        "els",
        WEEKS_BEFORE,
        ("This mLegitymacja cannot be extended",),
        (LAST_DAY, "Then the portal orders a new one in its place by itself, with a later date"),
        card_until=NEXT,
    ),
    "the portal has replaced codes": Case(
        "els",
        EVE,
        ("2027-10-31",),
        ("The portal has ordered a new mLegitymacja for you", "scan them in"),
        status=Status.READY,
        card_until=NEXT,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_page_and_message_say_it_in_english(client: Client, settings: Any, name: str) -> None:
    case = CASES[name]
    settings.ELIGIBILITY_RULES, settings.AUTOMATIC_CONFIRMATION = case.rules, False
    order = holder(case)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    with time_machine.travel(case.at):
        case.change(order.student)
        live_on(order, case.at)
        page = look(client, order.student).main
    message = Message.objects.with_event_and_order().latest("pk")
    with translation.override("en"):
        rendered = render_message(message)
    text = " ".join([rendered.subject, *rendered.paragraphs])
    for said, phrases in ((page, case.page), (text, case.message)):
        assert not polish_words(said)
        assert not [phrase for phrase in phrases if phrase not in said], said


def holder(case: Case) -> Order:
    student = make_student()
    User.objects.filter(pk=student.user_id).update(language="en")
    make_enrolment(student, started_on=date(2025, 10, 1))
    card = make_card(student, issued_on=date(2025, 10, 1), valid_until=case.card_until)
    dates = {"created_at": ORDERED, "status_changed_at": ORDERED}
    return make_order(student, case.status, card_number=card.barcode_number, valid_until=LAST, **dates)


def live_on(order: Order, at: datetime) -> None:
    """Have the sweep, the worker, the warnings and the outbox do what is due, mDokumenty being unable to extend."""
    sweep_entitlement()
    gateway = ScriptedGateway(
        extend=md.ReissueRequired(),
        revoke=remote(order, RemoteStatus.REVOKED),
        submit=echo,
        query=answer(),
        health=None,
    )
    worker = Worker(gateway, now=at)
    for _ in range(3):
        worker.send()
        worker.later(seconds=1)
    warn_of_ends(at + timedelta(seconds=5))
    outbox.dispatch_batch(at + timedelta(seconds=5))
