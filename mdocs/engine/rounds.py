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
from mdocs.engine.gateway import Clock, Health, Wire
from mdocs.models import Order
from mdocs.querysets import Lane


def run(
    lane: Lane, wire: Wire, *, clock: Clock = timezone.now, budget: timedelta = timedelta(seconds=20)
) -> int:
    """Do rounds of a lane until nothing is due or the time is up; return how many orders were handled."""
    handled, end = 0, clock() + budget
    while clock() < end:
        done = run_round(lane, wire, clock=clock)
        if not done:
            break
        handled += done
    return handled


def run_round(lane: Lane, wire: Wire, *, clock: Clock = timezone.now) -> int:
    """Claim one batch of a lane and carry it out; return how many orders it had."""
    now = clock()
    breaker.engine_seen(now)
    lease = timedelta(seconds=settings.ENGINE_LEASE)
    permit = breaker.ask(now, lease)
    if permit is Permit.NOTHING:
        return 0
    limit = polling.QUESTIONS_IN_A_CALL if lane is Lane.ASK else settings.ENGINE_CONNECTIONS
    claims = Order.objects.claim_due(lane, now, 1 if permit is Permit.PROBE else limit, lease)
    health = Health()
    if claims:
        carry_out = sending.send if lane is Lane.SEND else polling.ask
        carry_out(claims, wire, health, clock)
    elif permit is Permit.PROBE:
        _probe(wire, health)
    if not health.tell_breaker(clock()) and permit is Permit.PROBE:
        breaker.hand_back(clock())
    return len(claims)


def _probe(wire: Wire, health: Health) -> None:
    """Ask how mDokumenty is when no order is due that could find out."""
    if breaker.current().state == breaker.State.NOT_ACCEPTED:
        return  # its health says nothing about our certificate: wait for a real call
    try:
        wire.health()
    except md.RetryLater as error:
        health.failed(error)
    except md.NotAccepted:
        health.not_accepted = True
    else:
        health.answered = True
