"""Querysets of orders and events: the questions that the portal asks of them, by name."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mdocs.statuses import ENDABLE, LIVE, UNDER_WAY, Operation, Reason, Status
from students.identifiers import normalised
from students.models import Student, User
from students.prepared import Given
from students.scope import in_scope

if TYPE_CHECKING:
    from mdocs.models import Order, OrderEvent  # noqa: F401 -- both name the rows of a queryset

LONG_WAIT = timedelta(days=1)
# After its last valid day: so long mDokumenty may take to extend a document.
EXTENSION_GRACE = timedelta(days=7)
REFUSED_LATELY = timedelta(days=30)  # by then the student has been to the dean's office, or does not want one
ENDING_SHOWN = timedelta(days=60)  # on the student's page; until then somebody may wonder what became of it
ENCRYPTED = ("holder", "qr_token", "activation_code", "qr_svg")
# How long before their end the student is warned that codes run out; of codes that last less than thrice as long, in
# the last third of their time.
WARNED_BEFORE = timedelta(days=3)


class Priority(models.IntegerChoices):
    """Order of work: a student who waits comes before what is done for many, or for documents that are
    on phones."""

    SEND = 0, "one call for this order"
    SEND_LOW = 1, "one call, when nobody waits"
    POLL = 2, "poll, together with others"
    POLL_LOW = 3, "poll, when nobody waits"
    NONE = 4, "over"


class Lane(models.TextChoices):
    """The two kinds of work, each with a queue and a circuit breaker of its own, so that neither waits for the
    other."""

    SEND = "send", _("wysyłanie")
    POLL = "poll", _("pytanie o stan")

    @property
    def priorities(self) -> list[Priority]:
        """Return what belongs to the lane."""
        if self is Lane.SEND:
            return [Priority.SEND, Priority.SEND_LOW]
        return [Priority.POLL, Priority.POLL_LOW]

    @classmethod
    def of(cls, order: "Order") -> "Lane":
        """Return the lane that works on an order; for a final one, that of the order that would follow it."""
        return cls.POLL if order.priority in cls.POLL.priorities else cls.SEND


def priority_of_order() -> models.Case:
    """Return the expression that derives an order's priority from its state, and from whether somebody waits for it: a
    stored column of the database, so that one index serves the worker's question."""
    to_send = Q(status__in=[Status.WAITING, Status.CANCELLING, Status.REVOKING])
    to_poll = Q(status__in=[Status.PROCESSING, Status.READY])
    return models.Case(
        models.When(to_send & Q(low_priority=False), then=Value(Priority.SEND)),
        models.When(to_send, then=Value(Priority.SEND_LOW)),
        models.When(status=Status.COLLECTED, extend_to__isnull=False, then=Value(Priority.SEND_LOW)),
        models.When(status=Status.COLLECTED, then=Value(Priority.POLL_LOW)),
        models.When(to_poll & Q(low_priority=False), then=Value(Priority.POLL)),
        models.When(to_poll, then=Value(Priority.POLL_LOW)),
        default=Value(Priority.NONE),
    )


def operation_of_order() -> models.Case:
    """Return the expression that derives from an order's state which call it asks for.

    An order to be cancelled that may have arrived is first made certain to have arrived, by repeating it with its key:
    then it can be cancelled for good, and no late copy of it can come to life.
    """
    is_known = Q(mdokumenty_id__isnull=False)
    return models.Case(
        models.When(Q(status=Status.REVOKING), then=Value(Operation.REVOKE)),
        models.When(Q(status=Status.WAITING) & ~Q(blocked_by=""), then=Value(Operation.REVOKE)),
        models.When(Q(status=Status.CANCELLING) & is_known, then=Value(Operation.CANCEL)),
        models.When(status__in=[Status.WAITING, Status.CANCELLING], then=Value(Operation.SUBMIT)),
        models.When(status=Status.COLLECTED, extend_to__isnull=False, then=Value(Operation.EXTEND)),
        default=Value(Operation.QUERY),
        output_field=models.CharField(),
    )


class OrderQuerySet(models.QuerySet["Order", "Order"]):
    """Orders, by the questions that the portal asks."""

    def of_user(self, user: User | AnonymousUser) -> "OrderQuerySet":
        """Return the orders of the student whose account this is, whatever else they are."""
        return self.filter(student__user=user.pk) if user.is_authenticated else self.none()

    def visible_to(self, user: Any) -> "OrderQuerySet":
        """Return the orders that this user may see: one's own; with the permission, staff see their faculties'."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        if user.is_staff and user.has_perm("mdocs.view_order"):
            return self.filter(in_scope(user, "student_id"))
        return self.of_user(user)

    def live(self) -> "OrderQuerySet":
        """Return the orders that are not over."""
        return self.filter(status__in=LIVE)

    def to_show(self) -> "OrderQuerySet":
        """Put first what a student's page speaks of: the live order, else the one that was placed last."""
        live_first = models.Case(models.When(status__in=LIVE, then=Value(0)), default=Value(1))
        return self.order_by(live_first, "-created_at")

    def not_long_over(self, now: datetime | Given) -> "OrderQuerySet":
        """Return the live orders, and those that ended within ENDING_SHOWN."""
        lately: Any = now - ENDING_SHOWN
        return self.filter(Q(status__in=LIVE) | Q(status_changed_at__gt=lately))

    def low_priority_backlog(self) -> int:
        """Count the orders placed for many at once that have not been passed on yet."""
        return self.filter(status=Status.WAITING, priority=Priority.SEND_LOW).count()

    def needing_attention(self, now: datetime) -> "OrderQuerySet":
        """Return what staff should look at (`mdocs.office.attention` says why): live orders that wait for them or
        that have waited on mDokumenty for more than a day, extensions as well, orders refused lately that have had
        no successor, and those whose student's account is switched off."""
        waiting = Q(status__in=sorted(UNDER_WAY))
        refused = Q(status=Status.REJECTED, status_changed_at__gt=now - REFUSED_LATELY)
        newer = self.model.objects.filter(
            student=OuterRef("student"), created_at__gt=OuterRef("created_at")
        ).order_by()
        not_extended = Q(
            status=Status.COLLECTED,
            status_changed_at__lt=now - LONG_WAIT,
            extension_asked_at__lt=now - LONG_WAIT,
        )
        every = self.model.objects.order_by()
        by_itself = every.filter(
            ~Q(attention="")
            | waiting & Q(status_changed_at__lt=now - LONG_WAIT)
            | not_extended
            | refused & ~Exists(newer)
        )
        # Sign-in ended is not studies ended: the office has to say which it was.
        account_off = every.filter(status__in=ENDABLE, student__user__is_active=False)
        # A union, as each of these conditions has an index of its own, and one OR over two tables has none.
        return self.filter(pk__in=by_itself.values("pk").union(account_off.values("pk")))

    def search(self, term: str) -> "OrderQuerySet":
        """Return the orders that a term means: a number of the order, else the student's album number or names."""
        term = term.strip()
        try:
            return self.filter(Q(pk=UUID(term)) | Q(mdokumenty_id=term))
        except ValueError:
            pass
        if self.model.objects.filter(mdokumenty_id=term).exists():
            return self.filter(mdokumenty_id=term)
        every = Student.objects.order_by()
        numbered, named = every.filter(album_number__means=normalised(term)), every.named(term)
        return self.filter(student__in=numbered.values("pk").union(named.values("pk")))

    def codes_expiring(self, now: datetime) -> "OrderQuerySet":
        """Return the ready orders whose codes run out soon (WARNED_BEFORE), and whose student has not been warned."""
        left = ExpressionWrapper(F("codes_expire_at") - Value(now), output_field=models.DurationField())
        spent = ExpressionWrapper(Value(now) - F("status_changed_at"), output_field=models.DurationField())
        return (
            self.filter(
                status=Status.READY,
                codes_expire_at__gt=now,
                codes_expire_at__lte=now + WARNED_BEFORE,
                # Else the codes lead to a void document.
                valid_until__gte=timezone.localdate(now),
            )
            .annotate(left=left, spent=spent)
            .filter(spent__gte=F("left") + F("left"))
            .exclude(events__reason=Reason.CODES_EXPIRING)
        )

    def due(self, lane: Lane, now: datetime | Given, *, early: bool = False) -> "OrderQuerySet":
        """Return the orders of a lane that want a worker now (`early`: at any time) and that no worker holds, the most
        urgent first."""
        wanted = Q(next_attempt_at__isnull=False) if early else Q(next_attempt_at__lte=now)
        return (
            self.filter(wanted, priority__in=lane.priorities)
            .filter(Q(leased_until__isnull=True) | Q(leased_until__lte=now))
            .order_by("priority", "next_attempt_at")
        )

    def asking_for(self, operation: Operation | OuterRef) -> "OrderQuerySet":
        """Return the orders whose state asks for this call to mDokumenty."""
        return self.annotate(asks_for=operation_of_order()).filter(asks_for=operation)

    def leased_by(self, claimed_orders: "Sequence[Order]") -> "OrderQuerySet":
        """Return the orders of one claim that its worker still holds."""
        return self.filter(
            pk__in=[order.pk for order in claimed_orders],
            leased_until__in={order.leased_until for order in claimed_orders},
        )

    def lock_in_order(self) -> None:
        """Lock these rows in the order of their keys, inside a transaction, before one statement changes many.

        An UPDATE alone takes them as it finds them, and may wait for somebody who waits for it.
        """
        list(self.order_by("pk").select_for_update(no_key=True).values_list("pk"))

    def unchanged_since(self, claimed_orders: "Sequence[Order]") -> "OrderQuerySet":
        """Return the orders of one claim that still want what they wanted when they were claimed."""
        as_they_were = Q(pk__in=[])
        for status in {order.status for order in claimed_orders}:
            of_status = [order.pk for order in claimed_orders if order.status == status]
            as_they_were |= Q(pk__in=of_status, status=status)
        extended_meanwhile = Q(status=Status.COLLECTED, extend_to__isnull=False)
        return self.leased_by(claimed_orders).filter(as_they_were).exclude(extended_meanwhile)


class OrderEventQuerySet(models.QuerySet["OrderEvent", "OrderEvent"]):
    """The steps of orders, by the questions that the portal asks."""

    def undispatched(self) -> "OrderEventQuerySet":
        """Return the events that the outbox has not handed to its handlers yet, the oldest first."""
        return self.filter(dispatched_at__isnull=True).order_by("id")
