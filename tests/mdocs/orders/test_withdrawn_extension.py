"""An earlier date, as after a slip at the desk: what of an extension has not come about is taken back, and no more."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from mdocs.orders import bulk
from mdocs.statuses import Reason, Status
from students.models import Student
from tests.mdocs.engine.worker import fresh
from tests.mdocs.factories import make_order

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("either_rules")]

CARD = date(timezone.localdate().year + 1, 3, 31)  # the date of the card, now that the slip is undone
EARLIER, LATER, LATEST = (CARD + timedelta(days=days) for days in (-30, 30, 60))
NEVER_SENT: dict[str, Any] = {"sent_at": None}
SENT: dict[str, Any] = {"sent_at": timezone.now()}


@pytest.mark.parametrize(
    ("status", "fields", "becomes", "reason"),
    [
        (Status.WAITING, NEVER_SENT | {"valid_until": LATER}, (CARD, None), Reason.DATE_CHANGED),
        (Status.WAITING, NEVER_SENT | {"valid_until": CARD}, (CARD, None), None),
        (Status.WAITING, NEVER_SENT | {"valid_until": EARLIER}, (EARLIER, None), None),
        (Status.WAITING, SENT | {"valid_until": LATER}, (LATER, None), None),
        (
            Status.WAITING,
            SENT | {"valid_until": CARD, "extend_to": LATER},
            (CARD, None),
            Reason.EXTENSION_WITHDRAWN,
        ),
        (Status.READY, {"valid_until": CARD, "extend_to": LATER}, (CARD, None), Reason.EXTENSION_WITHDRAWN),
        (
            Status.READY,
            {"valid_until": EARLIER, "extend_to": LATER},
            (EARLIER, CARD),
            Reason.EXTENSION_WITHDRAWN,
        ),
        (Status.COLLECTED, {"valid_until": LATER}, (LATER, None), None),
        (Status.COLLECTED, {"valid_until": EARLIER, "extend_to": CARD}, (EARLIER, CARD), None),
        (
            Status.COLLECTED,
            {"valid_until": LATER, "extend_to": LATEST},
            (LATER, None),
            Reason.EXTENSION_WITHDRAWN,
        ),
    ],
)
def test_only_what_is_not_carried_out_yet_is_taken_back(
    student: Student,
    status: Status,
    fields: dict[str, Any],
    becomes: tuple[date, date | None],
    reason: Reason | None,
) -> None:
    order = make_order(student, status, **fields)
    assert bulk.withdraw_extensions({order.pk: CARD}, by=None) == (reason is not None)
    order = fresh(order)
    assert (order.valid_until, order.extend_to) == becomes
    assert (order.extension_asked_at is None) == (order.extend_to is None)
    assert [event.reason for event in order.events.all()] == ([reason] if reason else [])


@pytest.mark.parametrize("status", [Status.READY, Status.COLLECTED])
def test_only_a_document_on_a_phone_is_asked_about_at_once(student: Student, status: Status) -> None:
    now = timezone.now()
    tomorrow = now + timedelta(days=1)
    order = make_order(student, status, valid_until=CARD, extend_to=LATER, next_attempt_at=tomorrow)
    bulk.withdraw_extensions({order.pk: CARD}, by=None, at=now)
    assert fresh(order).next_attempt_at == (now if status == Status.COLLECTED else tomorrow)
