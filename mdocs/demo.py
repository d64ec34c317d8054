"""Orders of the demo cast: placed by the commands, carried by the engine, collected on the sandbox's phone.

No shortcut: what the demo shows was made as a student would have made it. Needs the sandbox, not a real mDokumenty.
"""

import time
from datetime import timedelta

import httpx
from django.conf import settings
from django.utils import timezone

from mdocs import orders
from mdocs.engine import rounds
from mdocs.engine.gateway import connection
from mdocs.models import Order
from mdocs.office.half_years import counting
from mdocs.querysets import Lane
from mdocs.statuses import CANCELLABLE, Status
from students.cards import extend_card
from students.half_years import next_half_year_end
from students.models import Student

PATIENCE = timedelta(seconds=60)


class DemoNotPossible(Exception):
    """mDokumenty did not do in time what the demo needs."""


def create_orders() -> None:
    """Give `hania` an mLegitymacja ready to collect, and `igor` a collected one whose ELS is extended afterwards.

    Then the half-year is counted. Goes on from where the first order of each stands; whatever they ordered later is
    theirs. Raises DemoNotPossible where the sandbox does not answer.
    """
    hania, igor = (_first_order(name) for name in ("hania", "igor"))
    for order in (hania, igor):
        if order.status in CANCELLABLE:
            _carry(order, Status.READY)
    if igor.status == Status.READY:
        _collect(igor)
    card = igor.student.cards.get(barcode_number=igor.card_number)
    if igor.status == Status.COLLECTED and not card.extensions.exists():
        extend_card(card, next_half_year_end(card.valid_until), by=None)
    counting.recount(timezone.now())


def _first_order(username: str) -> Order:
    student = Student.objects.get(user__username=username)
    return student.orders.order_by("created_at").first() or orders.place(student, by=None)


def _collect(order: Order) -> None:
    answer = httpx.post(
        f"{settings.MDOKUMENTY_URL}/sandbox/phone/activate",
        json={"qr_token": order.qr_token, "activation_code": order.activation_code},
        timeout=settings.MDOKUMENTY_TIMEOUT,
        trust_env=False,
    )
    if answer.is_error:
        raise DemoNotPossible(f"the sandbox's phone answered {answer.status_code}")
    orders.poll_faster(order, at=timezone.now())
    _carry(order, Status.COLLECTED)


def _carry(order: Order, status: Status) -> None:
    """Work as a Celery worker would until the order has arrived, and bring `order` up to date."""
    end = timezone.now() + PATIENCE
    while Order.objects.get(pk=order.pk).status != status:
        if timezone.now() > end:
            raise DemoNotPossible(f"no order became {status} within {PATIENCE.seconds} seconds")
        for lane in Lane:
            rounds.run_round(lane, connection())
        time.sleep(0.2)
    order.refresh_from_db()
