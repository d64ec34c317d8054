"""Confirmation that students go on, which extends their mLegitymacje to the next date (rules `pesel`).

Source of the rules: docs/reference/domain.md, Two sets of rules. Where the portal confirms by itself (the setting
AUTOMATIC_CONFIRMATION), nobody does it by hand, and nothing is stored: `rules.due_until` says so for everybody.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Case, F, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from mdocs.entitlement import revocation, rules
from mdocs.models import Confirmation, Order
from mdocs.orders import bulk
from mdocs.statuses import ENDABLE, RevocationReason
from students import conditions
from students.after_commit import run_after_commit
from students.conditions import PESEL
from students.half_years import extension_target
from students.job_undo import CHANGED, EXTENDED_THERE, UNDONE, Outcomes
from students.models import Job, User

CONFIRMED, NOT_ENTITLED, ENDS_EARLIER, ALREADY = "confirmed", "not_entitled", "ends_earlier", "already"
LABELS: dict[str, StrOrPromise] = {
    CONFIRMED: _("potwierdzone"),
    NOT_ENTITLED: _("pominięte: student traci prawo do mLegitymacji"),
    ENDS_EARLIER: _("pominięte: prawa studenta kończą się wcześniej"),
    ALREADY: _("pominięte: już potwierdzone"),
}


def is_manual() -> bool:
    """Return whether the dean's office confirms who goes on: the rules ask for it, and the portal does not do it."""
    return settings.ELIGIBILITY_RULES == PESEL and not settings.AUTOMATIC_CONFIRMATION


def with_outcome(until: date, day: date) -> QuerySet[Any]:
    """Return the students with a live order that may still end, with the `outcome` of confirming each until then."""
    confirmed_until = Coalesce("document__confirmed_until", "document__valid_until")
    leaves = Q(reason__isnull=False) & ~Q(reason__in=[RevocationReason.REPLACED])
    outcome = Case(
        When(leaves, then=Value(NOT_ENTITLED)),
        When(confirmed_so_far__gte=until, then=Value(ALREADY)),
        When(rights_last__lte=F("document__valid_until"), then=Value(ENDS_EARLIER)),
        default=Value(CONFIRMED),
        output_field=TextField(),
    )
    documents: QuerySet[Any] = rules.with_loss_reason(day).annotate(
        confirmed_so_far=confirmed_until, rights_last=conditions.rights_until(day)
    )
    found: QuerySet[Any] = documents.annotate(outcome=outcome)
    return found


def confirm(
    students: Collection[int], *, by: User, job: Job | None = None, at: datetime | None = None
) -> Outcomes:
    """Confirm, inside a transaction, those of these students who go on, and extend their mLegitymacje.

    Until when is what an extension of today reaches. The orders are held meanwhile, in the order of their keys; a
    constant number of queries.
    """
    at = at or timezone.now()
    day = timezone.localdate(at)
    until, held = extension_target(day), _held(students)
    confirmed, previous = Outcomes(), {}
    rows = with_outcome(until, day).filter(document__pk__in=list(held)).order_by("album_number")
    for order_id, album_number, so_far, outcome in rows.values_list(
        "document__pk", "album_number", "document__confirmed_until", "outcome"
    ):
        confirmed.add(album_number, outcome, usual=CONFIRMED)
        if outcome == CONFIRMED:
            previous[order_id] = so_far
    Confirmation.objects.bulk_create(
        [
            Confirmation(order_id=order_id, job=job, previous_until=so_far, until=until, at=at, by=by)
            for order_id, so_far in previous.items()
        ]
    )
    Order.objects.filter(pk__in=previous).update(confirmed_until=until)
    dates = _dates(rules.students_to_extend(day).filter(document__pk__in=list(previous)))
    bulk.extend_held([held[order_id] for order_id in previous], dates, by=by, at=at)
    if others := [held[order_id].student_id for order_id in previous if order_id not in dates]:
        # Codes that end in a few days are replaced by now.
        run_after_commit(revocation.revoke_ineligible, day, students=others, by=by)
    return confirmed


def undo(confirmations: Sequence[Confirmation], *, by: User, at: datetime | None = None) -> Outcomes:
    """Undo confirmations, inside a transaction, and take back the extensions that have not come about.

    What mDokumenty has extended by now stays as it is there, as its contract has no way back; it ends with the right.
    """
    at = at or timezone.now()
    day = timezone.localdate(at)
    held = _held({confirmation.order.student_id for confirmation in confirmations})
    undone, affected = Outcomes(), list[Order]()
    for confirmation in confirmations:
        order = held.get(confirmation.order_id)
        outcome = UNDONE
        if order is None or order.confirmed_until != confirmation.until:
            outcome = CHANGED
        else:
            order.confirmed_until = confirmation.previous_until
            affected.append(order)
            if order.valid_until > (confirmation.previous_until or order.valid_until):
                outcome = EXTENDED_THERE
        undone.add(confirmation.order.album_number, outcome, usual=UNDONE)
    Order.objects.bulk_update(affected, ["confirmed_until"])
    reached = {order.pk for order in affected}
    pks = [confirmation.pk for confirmation in confirmations if confirmation.order_id in reached]
    Confirmation.objects.filter(pk__in=pks).update(undone_at=at)
    unfounded = rules.students_extended_wrongly(day).filter(document__pk__in=[order.pk for order in affected])
    bulk.withdraw_held(affected, _dates(unfounded), by=by, at=at)
    return undone


def _held(students: Collection[int]) -> dict[UUID, Order]:
    """Lock the live orders of these students that may still end."""
    orders = Order.objects.filter(student__in=students, status__in=ENDABLE)
    held = orders.only(*bulk.READ, "confirmed_until").order_by("pk").select_for_update()
    return {order.pk: order for order in held}


def _dates(documents: QuerySet[Any]) -> dict[UUID, date]:
    return dict(documents.order_by().values_list("document__pk", "due_until"))
