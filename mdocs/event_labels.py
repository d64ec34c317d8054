"""Labels of order events: what the events store as codes, in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from mdocs.advice import FOR_STAFF, REFUSED, REFUSED_UNLISTED
from mdocs.models import Order, OrderEvent
from mdocs.statuses import Reason, RevocationReason, Status
from students.choices import label_of
from students.moments import write_day, write_moment


@dataclass(frozen=True)
class EventLabel:
    """One event as people read it. `old` is empty where the state stayed as it was, or the order was made."""

    at: datetime
    old: StrOrPromise
    new: StrOrPromise
    what: StrOrPromise
    detail: StrOrPromise
    who: StrOrPromise
    request_id: UUID | None = None


def event_labels(order: Order) -> list[EventLabel]:
    """Return the order's life, the oldest step first: one query."""
    return [event_label(event) for event in order.events.select_related("actor")]


def event_label(event: OrderEvent) -> EventLabel:
    """Put one event into words; `actor` is read, so have it fetched."""
    moved = event.old != event.new
    return EventLabel(
        at=event.at,
        old=label_of(Status, event.old) if event.old and moved else "",
        new=label_of(Status, event.new) if moved else "",
        what=event.get_reason_display(),
        detail=detail(event),
        who=event.actor.get_full_name() or event.actor.username if event.actor else _("portal"),
        request_id=event.request_id,
    )


def detail(event: OrderEvent) -> StrOrPromise:
    """Put what an event stores beside its reason into words."""
    if not event.detail:
        return ""
    say = _SAYS.get(event.reason)
    return say(event.detail) if say else event.detail


_revocation = partial(label_of, RevocationReason)


def _refusal(code: str) -> StrOrPromise:
    return REFUSED.get(code, REFUSED_UNLISTED).why % {"code": code}


def _attention(detail: str) -> StrOrPromise:
    """Say why an order waits for staff, with mDokumenty's code for it if there is one."""
    code, _space, answer = detail.partition(" ")
    why = FOR_STAFF[code].why if code in FOR_STAFF else code
    return _("%(why)s (odpowiedź: %(answer)s)") % {"why": why, "answer": answer} if answer else why


def _day(iso: str) -> StrOrPromise:
    return write_day(date.fromisoformat(iso))


def _ending(detail: str) -> StrOrPromise:
    """Say the last day and the reason of a warning of an end."""
    day, _space, reason = detail.partition(" ")
    return _("%(date)s: %(reason)s") % {"date": _day(day), "reason": _revocation(reason)}


def _minute(iso: str) -> StrOrPromise:
    return write_moment(datetime.fromisoformat(iso))


_SAYS: Mapping[str, Callable[[str], StrOrPromise]] = {
    Reason.NEVER_SENT: _revocation,
    Reason.CANCEL_ASKED: _revocation,
    Reason.REVOKE_ASKED: _revocation,
    Reason.REFUSED: _refusal,
    Reason.CODES_EXPIRING: _minute,
    Reason.ENDS_IN_14_DAYS: _ending,
    Reason.ENDS_IN_3_DAYS: _ending,
    Reason.NEEDS_STAFF: _attention,
    Reason.DATE_CHANGED: _day,
    Reason.EXTENDED: _day,
    Reason.EXTENSION_ASKED: _day,
    Reason.EXTENSION_WITHDRAWN: _day,
}
