"""Rounds of the engine: claim due orders and do for each the one thing that its state calls for.

A round claims a batch, commits, talks to mDokumenty with no transaction open, and records each answer in a
transaction of its own (`mdocs.engine.responses`). Whatever dies in between, the lease runs out and the next round
goes on: every call may be repeated, because the contract makes each of them idempotent.
"""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from mdocs import mdokumenty as md
from mdocs.engine import breaker, polling, sending
from mdocs.engine.breaker import Permit
from mdocs.engine.gateway import Clock, Gateway, RoundResult
from mdocs.models import Order
from mdocs.querysets import Lane


def run(
    lane: Lane, gateway: Gateway, *, clock: Clock = timezone.now, budget: timedelta = timedelta(seconds=20)
) -> int:
    """Do rounds of a lane until nothing is due or the time is up; return how many orders were handled."""
    handled, end = 0, clock() + budget
    while clock() < end:
        done = run_round(lane, gateway, clock=clock)
        if not done:
            break
        handled += done
    return handled


def run_round(lane: Lane, gateway: Gateway, *, clock: Clock = timezone.now) -> int:
    """Claim one batch of a lane and carry it out; return how many orders it had."""
    now = clock()
    breaker.record_engine_seen(now)
    lease = timedelta(seconds=settings.ENGINE_LEASE)
    permit = breaker.request_permit(now, lease)
    if permit is Permit.NOTHING:
        return 0
    limit = polling.QUESTIONS_IN_A_CALL if lane is Lane.POLL else settings.ENGINE_CONNECTIONS
    claimed_orders = Order.objects.claim_due(lane, now, 1 if permit is Permit.PROBE else limit, lease)
    result = RoundResult()
    if claimed_orders:
        carry_out = sending.send if lane is Lane.SEND else polling.poll
        carry_out(claimed_orders, gateway, result, clock)
    elif permit is Permit.PROBE:
        _probe(gateway, result)
    if not result.report_to_breaker(clock()) and permit is Permit.PROBE:
        breaker.return_probe(clock())
    return len(claimed_orders)


def _probe(gateway: Gateway, result: RoundResult) -> None:
    """Ask how mDokumenty is when no order is due that could find out."""
    if breaker.current().state == breaker.State.NOT_ACCEPTED:
        return  # its health says nothing about our certificate: wait for a real call
    try:
        gateway.health()
    except md.RetryLater as error:
        result.failed(error)
    except md.NotAccepted:
        result.not_accepted = True
    else:
        result.answered = True
