"""Rounds of the engine: claim due orders and do for each the one thing that its state calls for.

A round claims a batch, commits, talks to mDokumenty with no transaction open, and records the answers, those that came
together in one transaction (`mdocs.engine.batches`). Whatever dies in between, the lease runs out and the next round
goes on: every call may be repeated, because the contract makes each of them idempotent.
"""

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from mdocs import mdokumenty as md
from mdocs.engine import breaker, polling, sending
from mdocs.engine.breaker import Permit
from mdocs.engine.claims import claim_due
from mdocs.engine.gateway import Clock, Gateway, RoundResult
from mdocs.engine.measured import MeasuredGateway
from mdocs.engine.refusals import KIND_FOREIGN, Refusal
from mdocs.models import Breaker, Order
from mdocs.querysets import Lane
from mdocs.statuses import Operation
from mdocs.step_log import calls_of_this_round


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
    with calls_of_this_round():
        return _run_round(lane, MeasuredGateway(gateway), clock)


def _run_round(lane: Lane, gateway: Gateway, clock: Clock) -> int:
    now = clock()
    breaker.record_engine_seen(lane, now)
    lease = timedelta(seconds=settings.ENGINE_LEASE)
    permit = breaker.request_permit(lane, now, lease)
    if permit is Permit.NOTHING:
        return 0
    if permit is Permit.PROBE:
        return _probe(lane, gateway, lease, clock)
    limit = polling.QUESTIONS_IN_A_CALL if lane is Lane.POLL else settings.ENGINE_CONNECTIONS
    claimed_orders = claim_due(lane, now, limit, lease)
    result = RoundResult()
    _carry_out(lane, claimed_orders, gateway, result, clock)
    _report(lane, gateway, result, clock)
    return len(claimed_orders)


def _carry_out(
    lane: Lane, claimed_orders: Sequence[Order], gateway: Gateway, result: RoundResult, clock: Clock
) -> None:
    if claimed_orders:
        carry_out = sending.send if lane is Lane.SEND else polling.poll
        carry_out(claimed_orders, gateway, result, clock)


def _probe(lane: Lane, gateway: Gateway, lease: timedelta, clock: Clock) -> int:
    """Find out with one call whether a paused lane can go on; return how many orders it was about (one or none)."""
    paused = breaker.current(lane)
    is_refused = paused.state == Breaker.State.NOT_ACCEPTED
    # Only what was refused, when it is accepted again, proves that we are: it is tried whether or not it is due.
    claimed_orders = claim_due(lane, clock(), 1, lease, first=paused.refused_operation, early=is_refused)
    result = RoundResult()
    _carry_out(lane, claimed_orders, gateway, result, clock)
    if not claimed_orders and not _waits_for(paused.refused_operation):
        _ask_for_health(gateway, result)
    if not _report(lane, gateway, result, clock):
        breaker.return_probe(lane, clock())
    return len(claimed_orders)


def _ask_for_health(gateway: Gateway, result: RoundResult) -> None:
    """Ask how mDokumenty is, as no order is due that could find out."""
    try:
        gateway.health()
    except (md.NotAccepted, md.ForeignRefusal) as error:
        result.not_accepted("", error)
    except md.RetryLater as error:
        result.failed(error)
    else:
        result.answered.add("")


def _waits_for(operation: str) -> bool:
    """Say whether an order waits for the refused call: then its health proves nothing, as only that call can."""
    return operation != "" and Order.objects.live().asking_for(Operation(operation)).exists()


def _report(lane: Lane, gateway: Gateway, result: RoundResult, clock: Clock) -> bool:
    """Report the round to the breaker; return whether the breaker has learnt anything."""
    foreign = [refusal for refusal in result.refusals if refusal.kind == KIND_FOREIGN]
    if foreign and not result.answered:
        _ask_neutrally(foreign[-1], gateway, result)
    breaker.record_clock(lane, gateway.clock_difference, clock())
    return result.report_to_breaker(lane, clock())


def _ask_neutrally(refusal: Refusal, gateway: Gateway, result: RoundResult) -> None:
    """Find out by a question, which holds nothing of the order, whether a proxy refuses the order or us."""
    try:
        gateway.find(refusal.order)
    except (md.NotAccepted, md.ForeignRefusal) as error:
        result.not_accepted(refusal.operation, error)
    except md.MdokumentyError:
        pass
    else:
        result.answered.add(Operation.QUERY)
