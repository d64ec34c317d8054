"""Students are told before an mLegitymacja ends, once for each end, and what they are told is true when it arrives."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mdocs.entitlement.end_warnings import warn_of_ends
from mdocs.models import Order, OrderEvent
from mdocs.orders import record_event
from mdocs.statuses import Reason, RevocationReason, Status
from notifications import outbox
from notifications.messages import email_delivery
from notifications.messages.models import Channel, EmailState, Message, NotificationOptOut
from notifications.messages.rendering import render_message
from students.models import Student
from tests.mdocs.factories import make_order
from tests.mdocs.page.test_right import look
from tests.students.factories import make_card, make_enrolment, make_student

pytestmark = pytest.mark.django_db
LAST = date(2027, 3, 31)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def holder(**studies: Any) -> Order:
    """A student whose card, and so whose mLegitymacja, is valid until LAST."""
    student = make_student()
    make_enrolment(student, **{"started_on": date(2025, 10, 1)} | studies)
    card = make_card(student, issued_on=date(2025, 10, 1), valid_until=LAST)
    since = noon(date(2026, 10, 5))
    return make_order(
        student,
        Status.COLLECTED,
        card_number=card.barcode_number,
        valid_until=LAST,
        created_at=since,
        status_changed_at=since,
    )


def told(student: Student) -> list[tuple[str, str]]:
    messages = Message.objects.with_event_and_order().filter(student=student).order_by("pk")
    return [(message.kind, " ".join([render_message(message).subject, *render_message(message).paragraphs]))
            for message in messages]  # fmt: skip


def warned_on(order: Order) -> list[tuple[str, date]]:
    """Let a year of days pass, and return which warnings came when."""
    found = []
    for ahead in range(20, -2, -1):
        day = LAST - timedelta(days=ahead)
        if warn_of_ends(noon(day)):
            found.append((order.events.latest("pk").reason, day))
    return found


def test_it_is_said_two_weeks_and_three_days_before_and_not_again() -> None:
    order = holder()
    assert warned_on(order) == [
        (Reason.ENDS_IN_14_DAYS, LAST - timedelta(days=14)),
        (Reason.ENDS_IN_3_DAYS, LAST - timedelta(days=3)),
    ]


def test_the_message_says_until_when_why_and_what_to_do_and_where() -> None:
    order = holder()
    warn_of_ends(noon(date(2027, 3, 20)))
    outbox.dispatch_batch(noon(date(2027, 3, 20)))
    ((kind, text),) = told(order.student)
    assert kind == "ends_in_14_days"
    assert "mLegitymacja jest ważna tylko do 31 marca 2027" in text
    assert "Przynieś ją do przedłużenia do dziekanatu" in text


@pytest.mark.parametrize(
    ("days", "warning"),
    [(0, Reason.ENDS_IN_3_DAYS), (3, Reason.ENDS_IN_3_DAYS), (4, Reason.ENDS_IN_14_DAYS)],
)
def test_who_learns_of_an_end_late_is_told_once(days: int, warning: Reason) -> None:
    order = holder()
    warn_of_ends(noon(LAST - timedelta(days=days)))
    assert list(order.events.values_list("reason", flat=True)) == [warning]


@pytest.mark.parametrize(
    ("studies", "last_day"),
    [
        ({"status": "struck_off", "ended_on": date(2027, 3, 11)}, date(2027, 3, 10)),
        ({"ended_on": date(2027, 3, 11)}, None),
    ],
)
def test_an_end_of_studies_is_announced_if_it_is_known_not_if_it_is_planned(
    either_rules: str, studies: dict[str, Any], last_day: date | None
) -> None:
    order = holder(**studies)
    warn_of_ends(noon(date(2027, 3, 1)))
    expected = [f"{last_day} {RevocationReason.STUDENT_STATUS_LOST}"] if last_day else []
    assert list(order.events.values_list("detail", flat=True)) == expected


@pytest.mark.parametrize(("automatic", "warned"), [(True, 0), (False, 1)])
def test_under_the_rules_of_2025_only_who_is_not_confirmed_is_told(
    settings: Any, automatic: bool, warned: int
) -> None:
    settings.ELIGIBILITY_RULES, settings.AUTOMATIC_CONFIRMATION = "pesel", automatic
    holder()
    assert warn_of_ends(noon(date(2027, 3, 20))) == warned


def test_a_card_extended_in_time_is_no_end() -> None:
    order = holder()
    order.student.cards.update(valid_until=date(2027, 10, 31))
    assert not warn_of_ends(noon(date(2027, 3, 30)))


def test_more_ends_cost_no_more_queries() -> None:
    def cost(count: int) -> int:
        for _ in range(count):
            holder()
        with CaptureQueriesContext(connection) as queries:
            assert warn_of_ends(noon(date(2027, 3, 20))) == count
        return len(queries)

    cost(1)
    assert cost(2) == cost(6)


def test_each_kind_can_be_turned_off() -> None:
    order = holder()
    NotificationOptOut.objects.create(student=order.student, channel=Channel.EMAIL, kind="ends_in_14_days")
    for day in (date(2027, 3, 20), date(2027, 3, 29)):
        warn_of_ends(noon(day))
        outbox.dispatch_batch(noon(day))
    states = dict(Message.objects.values_list("kind", "email_state"))
    assert states == {"ends_in_14_days": EmailState.NOT_WANTED, "ends_in_3_days": EmailState.WAITING}


def mailed_after(change: Callable[[Student], object], at: datetime, order: Order) -> bool:
    """Warn of the end of an order, let something happen, and return whether the warning is mailed after that."""
    warn_of_ends(at)
    outbox.dispatch_batch(at)
    assert Message.objects.get().kind == "ends_in_14_days"
    change(order.student)
    email_delivery.send_batch(lambda: at)
    assert Message.objects.get().email_state == (EmailState.SENT if mail.outbox else EmailState.OUTDATED)
    return bool(mail.outbox)


CHANGES: dict[str, tuple[Callable[[Student], object], bool]] = {
    "nothing": (lambda student: None, True),
    "the card is extended": (lambda student: student.cards.update(valid_until=date(2027, 10, 31)), False),
    "struck off earlier": (
        lambda student: student.enrolments.update(status="struck_off", ended_on=date(2027, 3, 25)),
        False,
    ),
    "revoked": (
        lambda student: student.orders.update(status="revoking", revocation_reason="holder_request"),
        False,
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_warning_that_waited_is_mailed_only_if_it_is_still_true(change: str) -> None:
    happens, is_mailed = CHANGES[change]
    assert mailed_after(happens, noon(date(2027, 3, 20)), holder()) == is_mailed


@pytest.mark.parametrize("lifted", [True, False])
def test_a_student_whose_document_would_last_longer_is_mailed_that_the_rights_end(
    either_rules: str, lifted: bool
) -> None:
    order = holder(status="struck_off", ended_on=date(2027, 3, 11))
    goes_on: dict[str, Any] = {"status": "active", "ended_on": None}

    def lift(student: Student) -> object:
        return student.enrolments.update(**goes_on) if lifted else None

    assert mailed_after(lift, noon(date(2027, 2, 25)), order) != lifted


def test_the_page_says_so_too_and_for_the_same_days(client: Client) -> None:
    order = holder()
    with time_machine.travel(noon(date(2027, 3, 16)), tick=False):
        assert "jest ważna tylko do" not in look(client, order.student).main
    with time_machine.travel(noon(date(2027, 3, 17)), tick=False):
        page = look(client, order.student).main
    assert "mLegitymacja jest ważna tylko do 31 marca 2027" in page
    assert "Przynieś ją do przedłużenia do dziekanatu" in page


def test_nobody_is_told_twice_at_the_same_time() -> None:
    order = holder()
    warn_of_ends(noon(date(2027, 3, 20)))
    event = OrderEvent.objects.get()
    duplicate = OrderEvent(
        order=order, reason=event.reason, detail=event.detail, old="collected", new="collected"
    )
    OrderEvent.objects.bulk_create([duplicate], ignore_conflicts=True)
    assert OrderEvent.objects.count() == 1


def test_a_new_order_is_promised_on_condition_that_one_can_be_placed_then() -> None:
    order = holder()
    record_event(order, Reason.REISSUE_REQUIRED, at=noon(date(2027, 3, 10)))
    outbox.dispatch_batch(noon(date(2027, 3, 10)))
    ((_kind, text),) = told(order.student)
    assert "Jeśli wtedy spełniasz pozostałe warunki, portal sam zamówi nową" in text
