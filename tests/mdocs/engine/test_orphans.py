"""Documents that no order here wants are revoked once that is asked for, whatever goes wrong on the way."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from mdocs import mdokumenty as md
from mdocs.engine import breaker, orphans, reconciliation
from mdocs.mdokumenty import RemoteOrder, RemoteStatus
from mdocs.models import Order, OrphanDocument
from mdocs.querysets import Lane
from mdocs.schedule import LONGEST_RETRY
from tests.mdocs.engine.scripted import ScriptedGateway, answer, remote

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def strange(now: datetime) -> RemoteOrder:
    """A document there, of an order that the database has never heard of."""
    return remote(Order(pk=uuid4(), valid_until=now.date() + timedelta(days=90)), RemoteStatus.READY)


@pytest.fixture
def orphan(strange: RemoteOrder, now: datetime) -> OrphanDocument:
    """The same, which is to be revoked."""
    return orphans.record(strange, order=None, student=None, at=now, revoke=True)


def revoked(at: datetime, **answers: Any) -> tuple[int, list[str]]:
    """Revoke what is due; return how many are dead, and the calls that were made."""
    gateway = ScriptedGateway(**answers)
    return orphans.revoke_due(gateway, clock=lambda: at), gateway.calls


def test_one_whose_worker_died_is_taken_up_again_a_minute_later(
    orphan: OrphanDocument, strange: RemoteOrder, now: datetime
) -> None:
    with pytest.raises(SystemExit):
        revoked(now, revoke=SystemExit())
    lease = timedelta(minutes=1)
    assert revoked(now + lease - timedelta(seconds=1)) == (0, [])
    assert revoked(now + lease, revoke=replace(strange, status=RemoteStatus.REVOKED)) == (1, ["revoke"])


def test_one_that_is_not_issued_yet_is_cancelled(
    orphan: OrphanDocument, strange: RemoteOrder, now: datetime
) -> None:
    cancelled = replace(strange, status=RemoteStatus.CANCELLED)
    assert revoked(now, revoke=md.NotIssued(), cancel=cancelled) == (1, ["revoke", "cancel"])


def test_where_mdokumenty_is_unwell_it_is_asked_again_when_it_says_and_its_lane_knows(
    orphan: OrphanDocument, now: datetime
) -> None:
    assert revoked(now, revoke=md.RetryLater(retry_after=LONGEST_RETRY)) == (0, ["revoke"])
    orphan.refresh_from_db()
    assert (orphan.failures, orphan.next_attempt_at) == (1, now + LONGEST_RETRY)
    assert breaker.current(Lane.SEND).failures == 1


@pytest.mark.parametrize(
    ("there", "is_over"), [(RemoteStatus.COLLECTED, False), (RemoteStatus.EXPIRED, True)]
)
def test_one_that_ends_there_by_itself_is_over_with_the_next_comparison(
    strange: RemoteOrder, now: datetime, there: RemoteStatus, is_over: bool
) -> None:
    orphan = orphans.record(strange, order=None, student=None, at=now, revoke=False)
    gateway = ScriptedGateway(query=answer(replace(strange, status=there)))
    comparison = reconciliation.Comparison(gateway, lambda: now)
    assert [differences for _size, differences in comparison.of_references([])] == [[]]
    orphan.refresh_from_db()
    assert (orphan.status_there, orphan.ended_at is not None) == (there, is_over)
