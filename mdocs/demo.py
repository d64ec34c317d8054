"""The demo cast's orders: placed through the verbs, carried by the engine, collected on the sandbox's phone.

No side door: what the demo shows was made as a student would have made it. Needs the sandbox, not a real mDokumenty.
"""

import time
from datetime import timedelta

import httpx
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.utils import timezone

from mdocs import engine, orders
from mdocs.models import Order
from mdocs.querysets import Lane
from mdocs.statuses import Status
from mdocs.wire import connection
from students.cards import extend_card
from students.demo import CLERKS
from students.half_years import half_year_end
from students.models import Student

PATIENCE = timedelta(seconds=60)


class DemoNotPossible(Exception):
    """mDokumenty did not do in time what the demo needs."""


def let_clerks_see_orders() -> None:
    """Let the demo clerks look at orders in the admin (what they may do with them comes with their roles)."""
    views = Permission.objects.filter(content_type__app_label="mdocs", codename__startswith="view_")
    Group.objects.get(name=CLERKS).permissions.add(*views)


def create_orders() -> None:
    """Give `hania` an mLegitymacja ready to collect, and `igor` a collected one whose ELS is extended afterwards.

    Whoever has an order already keeps it as it is. Raises DemoNotPossible where the sandbox does not answer.
    """
    newcomers = {
        name: orders.place(Student.objects.get(user__username=name), by=None)
        for name in ("hania", "igor")
        if not Order.objects.filter(student__user__username=name).exists()
    }
    if not newcomers:
        return
    for order in newcomers.values():
        _carry(order, Status.READY)
    if "igor" in newcomers:
        _collect_and_extend(newcomers["igor"])


def _collect_and_extend(order: Order) -> None:
    order.refresh_from_db()
    answer = httpx.post(
        f"{settings.MDOKUMENTY_URL}/sandbox/phone/activate",
        json={"qr_token": order.qr_token, "activation_code": order.activation_code},
        timeout=settings.MDOKUMENTY_TIMEOUT,
        trust_env=False,
    )
    if answer.is_error:
        raise DemoNotPossible(f"the sandbox's phone answered {answer.status_code}")
    orders.watch(order, at=timezone.now())
    _carry(order, Status.COLLECTED)
    card = order.student.cards.get(barcode_number=order.card_number)
    extend_card(card, half_year_end(card.valid_until + timedelta(days=1)), by=None)


def _carry(order: Order, status: Status) -> None:
    """Work as a Celery worker would until the order has arrived."""
    end = timezone.now() + PATIENCE
    while Order.objects.get(pk=order.pk).status != status:
        if timezone.now() > end:
            raise DemoNotPossible(f"no order became {status} within {PATIENCE.seconds} seconds")
        for lane in Lane:
            engine.run_round(lane, connection())
        time.sleep(0.2)
