"""Commands for many orders: who goes first, what is written down, and that each batch stands by itself."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

import pytest
from auditlog.models import LogEntry
from django.db import transaction
from django.utils import timezone

from mdocs import orders
from mdocs.models import Order
from mdocs.orders import bulk
from mdocs.statuses import RevocationReason, Status
from students.models import User
from tests.mdocs.engine.worker import fresh
from tests.mdocs.factories import make_order
from tests.students.factories import make_student

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("either_rules")]


def collected(number: int) -> list[Order]:
    """Make as many documents, each on a phone."""
    return [make_order(make_student(photo=None), Status.COLLECTED) for _ in range(number)]


def wish(held: Sequence[Order]) -> Mapping[UUID, RevocationReason]:
    """Say that all are ended at their holders' wish."""
    return {order.pk: RevocationReason.HOLDER_REQUEST for order in held}


@pytest.mark.parametrize(("number", "go_last"), [(20, False), (21, True)])
def test_twenty_are_sent_with_everybody_elses_and_more_after_them(number: int, go_last: bool) -> None:
    bulk.end([order.pk for order in collected(number)], wish, by=None)
    assert set(Order.objects.values_list("low_priority", flat=True)) == {go_last}


def test_no_others_than_those_that_are_named_end() -> None:
    named, other = collected(2)
    assert bulk.end([named.pk], wish, by=None).total() == 1
    assert [fresh(order).status for order in (named, other)] == [Status.REVOKING, Status.COLLECTED]


def test_whoever_ends_many_stands_in_the_audit_log_with_each(clerk: User) -> None:
    both = collected(2)
    bulk.end([order.pk for order in both], wish, by=clerk)
    entries = LogEntry.objects.get_for_model(Order).filter(actor=clerk)
    assert sorted(entries.values_list("object_pk", flat=True)) == sorted(str(order.pk) for order in both)


@pytest.mark.parametrize(
    "command",
    [
        lambda order: bulk.end([order.pk], wish, by=None),
        lambda order: bulk.extend({order.pk: order.valid_until}, by=None),
        lambda order: bulk.withdraw_extensions({order.pk: order.valid_until}, by=None),
        lambda order: orders.warn_of_expiry(timezone.now()),
    ],
)
def test_nothing_begins_inside_a_transaction_that_could_undo_it(command: Callable[[Order], object]) -> None:
    (order,) = collected(1)
    with transaction.atomic(), pytest.raises(RuntimeError):
        command(order)
