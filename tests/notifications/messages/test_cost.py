"""Creating messages for hundreds of events costs as many statements as for three, and none within the commands."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mdocs.orders import bulk
from mdocs.statuses import Status
from notifications import outbox
from notifications.messages.models import Message
from tests.mdocs.factories import make_order
from tests.students.factories import make_student

pytestmark = pytest.mark.django_db(transaction=True)


def extend(count: int) -> None:
    """Extend so many orders that have not been sent yet."""
    waiting = [make_order(make_student(photo=None), Status.WAITING) for _ in range(count)]
    until = {order.pk: order.valid_until + timedelta(days=180) for order in waiting}
    with CaptureQueriesContext(connection) as queries:
        assert bulk.extend(until, by=None) == count
    assert not [query["sql"] for query in queries if "notifications_message" in query["sql"]]


def test_three_hundred_events_are_dispatched_in_as_many_statements_as_three() -> None:
    def cost(count: int) -> int:
        extend(count)
        before = Message.objects.count()
        with CaptureQueriesContext(connection) as queries:
            assert outbox.dispatch_batch(timezone.now()) == count
        assert Message.objects.count() == before + count
        return len(queries)

    assert cost(3) == cost(300) <= 7


def test_an_extension_of_many_lets_mails_that_somebody_waits_for_go_first() -> None:
    extend(2)
    outbox.dispatch_batch(timezone.now())
    assert set(Message.objects.values_list("low_priority", flat=True)) == {True}


def test_without_events_a_round_costs_one_query() -> None:
    with CaptureQueriesContext(connection) as queries:
        assert outbox.dispatch_batch(timezone.now()) == 0
    assert len([query for query in queries if "SELECT" in query["sql"]]) == 1
