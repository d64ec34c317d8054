"""Retention and erasure of orders: codes that are over, orders that ended long ago, orders of who is erased.

What an order was counts in the daily figures (`mdocs.models.DailyFigures`), which name nobody and stay.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mdocs.models import Confirmation, DailyFigures, Order, OrderEvent
from mdocs.statuses import FINAL, LIVE, Status
from students import erasure, retention

_BATCH = 500
_companions: list[Callable[[Sequence[UUID]], None]] = []


def register_companion(delete: Callable[[Sequence[UUID]], None]) -> None:
    """Register what deletes another app's rows about orders, by the keys of the orders, before they go."""
    if delete not in _companions:
        _companions.append(delete)


def wipe_codes(now: datetime) -> int:
    """Delete codes that lead to no valid document any more; return of how many orders.

    mDokumenty says the same of each order when it is asked, and the order expires then. Our own clock makes sure that
    codes do not outlive their end while mDokumenty is away.
    """
    wiped = 0
    over = Q(codes_expire_at__lte=now) | Q(valid_until__lt=timezone.localdate(now))
    due = Order.objects.filter(over, status=Status.READY, qr_token__isnull=False).order_by("pk")
    while True:
        with transaction.atomic():
            keys = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True)[:_BATCH])
            if not keys:
                return wiped
            Order.objects.filter(pk__in=keys).update(qr_token=None, activation_code=None, qr_svg=None)
        wiped += len(keys)


def register() -> None:
    """Register what orders add to retention and erasure; called once, when the apps are ready."""
    retention.register(retention.RetentionRule("orders", _ended, _delete))
    erasure.register(
        keeps=_has_live_order,
        erase=_erase,
        goes=[_("numer albumu i numer legitymacji w zamówieniach; wiadomości, urządzenia, tokeny i zgody")],
        stays=[
            _(
                "zamówienia mLegitymacji: kiedy i jak się skończyły, bez danych osoby (rozliczenie z ministrem)"
            )
        ],
    )


def _has_live_order() -> erasure.ReasonToKeep:
    live = Order.objects.filter(student=OuterRef("pk"), status__in=sorted(LIVE))
    return erasure.ReasonToKeep(
        Q(Exists(live)), _("Ta osoba ma mLegitymację albo zamówienie w toku: najpierw trzeba je zakończyć.")
    )


def _ended(before: datetime) -> QuerySet[Any]:
    """Return the orders that ended before a moment, on days that have been counted."""
    counted = DailyFigures.objects.order_by("-day").values_list("day", flat=True).first()
    ended = Order.objects.filter(status__in=sorted(FINAL), status_changed_at__lt=before)
    return ended.filter(status_changed_at__date__lte=counted) if counted else ended.none()


def _delete(keys: Sequence[UUID]) -> None:
    for delete in _companions:
        delete(keys)
    Confirmation.objects.filter(order__in=keys).delete()
    OrderEvent.objects.filter(order__in=keys).delete()
    Order.objects.filter(pk__in=keys).delete()


def _erase(students: Sequence[int]) -> None:
    orders = Order.objects.filter(student__in=students)
    orders.update(album_number="", card_number="", holder=None, holder_fingerprint="", photo=None)
