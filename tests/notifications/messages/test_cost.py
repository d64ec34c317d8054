"""Creating messages for hundreds of events costs as many statements as for three, and none within the commands."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mdocs.orders import bulk
from mdocs.statuses import RevocationReason, Status
from notifications import outbox
from notifications.messages.models import Message
from tests.mdocs.factories import make_order
from tests.students.factories import make_student

pytestmark = pytest.mark.django_db(transaction=True)


def end(count: int) -> None:
    """End so many orders that have not been sent yet."""
    waiting = [make_order(make_student(photo=None), Status.WAITING) for _ in range(count)]
    why = {order.pk: RevocationReason.STUDENT_STATUS_LOST for order in waiting}
    with CaptureQueriesContext(connection) as queries:
        assert bulk.end(why, lambda _held: why, by=None).total() == count
    assert not [query["sql"] for query in queries if "notifications_message" in query["sql"]]


def test_three_hundred_events_are_dispatched_in_as_many_statements_as_three() -> None:
    def cost(count: int) -> int:
        end(count)
        before = Message.objects.count()
        with CaptureQueriesContext(connection) as queries:
            assert outbox.dispatch_batch(timezone.now()) == count
        assert Message.objects.count() == before + count
        return len(queries)

    assert cost(3) == cost(300) <= 8  # with the look for endpoints of webhooks, as states change


def test_an_ending_of_many_lets_mails_that_somebody_waits_for_go_first() -> None:
    end(2)
    outbox.dispatch_batch(timezone.now())
    assert set(Message.objects.values_list("low_priority", flat=True)) == {True}


def test_without_events_a_round_costs_one_query() -> None:
    with CaptureQueriesContext(connection) as queries:
        assert outbox.dispatch_batch(timezone.now()) == 0
    assert len([query for query in queries if "SELECT" in query["sql"]]) == 1
