"""Documents that no order here wants are revoked once that is asked for, whatever goes wrong on the way."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from auditlog.models import LogEntry
from django.utils import timezone

from mdocs import mdokumenty as md
from mdocs.engine import breaker, orphans, reconciliation
from mdocs.mdokumenty import RemoteOrder, RemoteStatus
from mdocs.models import Order, OrphanDocument
from mdocs.querysets import Lane
from mdocs.schedule import LONGEST_RETRY
from students.roles import ADMINISTRATOR
from tests.mdocs.engine.scripted import ScriptedGateway, answer, remote
from tests.students.factories import make_member

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


@pytest.mark.parametrize(
    "error", [md.OrderFinal(RemoteStatus.EXPIRED), md.OrderUnknown(), md.AlreadyRevoked()]
)
def test_one_that_is_over_there_already_is_over_here(
    orphan: OrphanDocument, now: datetime, error: md.MdokumentyError
) -> None:
    assert revoked(now, revoke=error) == (1, ["revoke"])
    orphan.refresh_from_db()
    assert (orphan.ended_at, orphan.next_attempt_at, orphan.status_there) == (now, None, RemoteStatus.REVOKED)
    assert revoked(now + timedelta(days=1)) == (0, [])


@pytest.mark.parametrize(
    "answered", [RemoteStatus.REVOKED, md.AlreadyRevoked(), md.OurMistake("bad_request")]
)
def test_a_real_answer_ends_a_run_of_failures(
    orphan: OrphanDocument, strange: RemoteOrder, now: datetime, answered: RemoteStatus | md.MdokumentyError
) -> None:
    breaker.record_failure(Lane.SEND, now, breaker.FAILURES_TO_OPEN - 1)
    if isinstance(answered, RemoteStatus):
        revoked(now, revoke=replace(strange, status=answered))
    else:
        revoked(now, revoke=answered)
    assert breaker.current(Lane.SEND).failures == 0


def test_one_that_cannot_be_revoked_is_told_and_holds_up_no_orders(
    orphan: OrphanDocument, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    assert revoked(now, revoke=md.OurMistake("bad_request")) == (0, ["revoke"])
    said = f"order={orphan.reference} a document without an order cannot be revoked: bad_request"
    assert said in caplog.messages
    assert breaker.current(Lane.SEND).state == breaker.State.CLOSED


def test_where_we_are_not_accepted_all_sending_is_paused(orphan: OrphanDocument, now: datetime) -> None:
    refused = md.NotAccepted(md.Cause.OUR_CERTIFICATE_EXPIRED)
    assert revoked(now, revoke=refused) == (0, ["revoke"])
    assert breaker.current(Lane.SEND).state == breaker.State.NOT_ACCEPTED
    assert revoked(now + timedelta(days=1)) == (0, [])


def test_one_is_told_of_once_and_revoked_on_one_word(
    strange: RemoteOrder, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    found = orphans.record(strange, order=None, student=None, at=now, revoke=False)
    said = f"mDokumenty has a document that no order here wants: order={strange.client_reference}"
    assert caplog.messages == [said]
    assert orphans.record(strange, order=None, student=None, at=now, revoke=False) == found
    assert caplog.messages == [said]
    by = make_member(ADMINISTRATOR)
    assert [orphans.revoke(found, by=by, at=now) for _ in range(2)] == [True, False]
    found.refresh_from_db()
    assert (found.asked_by, found.revocation_asked_at, found.next_attempt_at) == (by, now, now)
    assert LogEntry.objects.filter(actor=by, object_pk=str(found.pk)).count() == 1


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
