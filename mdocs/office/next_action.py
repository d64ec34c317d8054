"""Next action: what the worker does with an order next, and when, in words for staff."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from mdocs.models import Breaker, Order
from mdocs.statuses import FINAL, Status
from students.moments import write_day, write_moment

_NEXT: Mapping[str, StrOrPromise] = {
    Status.WAITING: _("wyśle zamówienie do mDokumentów"),
    Status.PROCESSING: _("zapyta mDokumenty, czy mLegitymacja jest gotowa"),
    Status.READY: _("zapyta mDokumenty, czy mLegitymacja została odebrana"),
    Status.COLLECTED: _("zapyta mDokumenty, czy mLegitymacja jest nadal ważna"),
    Status.CANCELLING: _("poprosi mDokumenty o anulowanie zamówienia"),
    Status.REVOKING: _("poprosi mDokumenty o unieważnienie mLegitymacji"),
}


@dataclass(frozen=True)
class NextAction:
    """Next action, its time, and what went wrong the last time (empty if nothing)."""

    what: StrOrPromise
    when: StrOrPromise
    failure: StrOrPromise


def next_action(order: Order, breaker: Breaker, now: datetime) -> NextAction:
    """Say what the worker does with the order next."""
    return NextAction(_what(order), _when(order, breaker, now), order.get_last_failure_display())


def _what(order: Order) -> StrOrPromise:
    if order.status in FINAL:
        return _("nic: zamówienie jest zakończone")
    if order.next_attempt_at is None:
        return _("nic, dopóki pracownik nie ponowi zamówienia")
    if order.ends_earlier_first:
        return _("unieważni w mDokumentach wcześniejszą mLegitymację, a potem wyśle zamówienie")
    if order.status == Status.COLLECTED and order.extend_to:
        until = write_day(order.extend_to)
        return _("poprosi mDokumenty o przedłużenie mLegitymacji do %(until)s") % {"until": until}
    return _NEXT[order.status]


def _when(order: Order, breaker: Breaker, now: datetime) -> StrOrPromise:
    if order.next_attempt_at is None:
        return ""
    if order.leased_until is not None and order.leased_until > now:
        return _("właśnie to robi")
    if breaker.state != Breaker.State.CLOSED:
        return _("gdy mDokumenty znów będą przyjmować zgłoszenia")
    if order.next_attempt_at <= now:
        return _("zaraz: zamówienie czeka na swoją kolej")
    return write_moment(order.next_attempt_at, seconds=True)
