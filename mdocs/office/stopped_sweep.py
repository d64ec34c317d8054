"""Notice that the daily sweep has stopped: before how many endings, why, whose, and who may let it go on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from mdocs.models import Order, SweepBrake
from mdocs.querysets import ENCRYPTED
from mdocs.statuses import RevocationReason
from students.choices import label_of
from students.models import User
from students.scope import sees_every_faculty


@dataclass(frozen=True)
class StoppedSweep:
    """Sweep that has stopped; `days_unseen` where it doubts the clock, `accepted_by` once somebody has let it go on.

    `sample` holds a few of the orders that the user may see, each with its reason.
    """

    since: datetime
    total: int
    reasons: Sequence[tuple[str, int]]
    sample: Sequence[tuple[Order, str]]
    today: date
    days_unseen: int | None
    accepted_by: User | None
    may_accept: bool


def may_accept(user: User | AnonymousUser) -> bool:
    """Return whether `user` may let the sweep go on: it is about every faculty."""
    return bool(user.has_perm("mdocs.revoke_order") and sees_every_faculty(user))


def stopped_sweep(user: User | AnonymousUser) -> StoppedSweep | None:
    """Return what to tell `user` of a sweep that has stopped; None where none has."""
    brake = SweepBrake.current()
    if brake.stopped_at is None:
        return None
    orders = Order.objects.visible_to(user).filter(pk__in=brake.sample).select_related("student")
    sample = [
        (order, str(label_of(RevocationReason, brake.sample[str(order.pk)])))
        for order in orders.defer(*ENCRYPTED, "student__pesel").order_by("album_number")
    ]
    reasons = sorted(brake.counts.items(), key=lambda each: -each[1])
    return StoppedSweep(
        since=brake.stopped_at,
        total=brake.total,
        reasons=[(str(label_of(RevocationReason, reason)), count) for reason, count in reasons],
        sample=sample,
        today=timezone.localdate(),
        days_unseen=brake.days_unseen(timezone.now()),
        accepted_by=brake.accepted_by,
        may_accept=may_accept(user),
    )
