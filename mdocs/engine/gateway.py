"""Gateway: the calls to mDokumenty that the engine makes, this installation's client, and the result of a round."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django_guid import get_guid

from mdocs import mdokumenty as md
from mdocs.engine import breaker
from mdocs.engine.refusals import KIND_FOREIGN, Finding, Refusal, judge
from mdocs.querysets import Lane

Clock = Callable[[], datetime]


class Gateway(Protocol):
    """Calls to mDokumenty that the engine needs; `mdocs.mdokumenty.Mdokumenty` is the real one."""

    @property
    def clock_difference(self) -> timedelta | None:
        """Return how far mDokumenty's clock is ahead of ours, by its last answer; None if it has not said."""

    def submit(self, request: md.OrderRequest) -> md.RemoteOrder:
        """Order a document."""

    def query(self, order_ids: Sequence[str]) -> md.QueryAnswer:
        """Ask about up to a hundred orders."""

    def find(self, reference: UUID) -> md.RemoteOrder | None:
        """Ask whether an order arrived."""

    def cancel(self, order_id: str) -> md.RemoteOrder:
        """Cancel before it is collected."""

    def revoke(self, order_id: str, reason: md.RevocationReason) -> md.RemoteOrder:
        """End the document."""

    def extend(self, order_id: str, valid_until: date) -> md.RemoteOrder:
        """Move its valid-until date on."""

    def health(self) -> None:
        """Raise RetryLater when it is unwell, NotAccepted when it does not accept us."""


@dataclass
class RoundResult:
    """Result of a round: mDokumenty's health, as far as its calls showed it."""

    answered: set[str] = field(default_factory=set)  # the operations that got a real answer, be it a refusal
    refusals: list[Refusal] = field(default_factory=list)  # what may be about the orders, or about us
    failures: int = 0
    last_failure: md.RetryLater | None = None
    retry_after: timedelta | None = None
    _not_accepted: tuple[str, str, str, str] | None = None

    def failed(self, error: md.RetryLater) -> None:
        """Count a call that found mDokumenty unwell."""
        self.failures += 1
        self.last_failure = error
        self.retry_after = max(filter(None, (self.retry_after, error.retry_after)), default=None)

    def not_accepted(self, operation: str, error: md.NotAccepted | md.ForeignRefusal) -> None:
        """Note that this operation was refused for what we are, not for what was asked."""
        kind = KIND_FOREIGN if isinstance(error, md.ForeignRefusal) else ""
        self._not_accepted = (operation, error.cause, error.why, kind)

    @property
    def is_unwell(self) -> bool:
        """Return whether a call of this round found mDokumenty unwell, or was not accepted."""
        return self.failures > 0 or self._not_accepted is not None

    def report_to_breaker(self, lane: Lane, now: datetime) -> bool:
        """Report the result to the breaker and record the refusals; return whether the breaker has learnt anything.

        One real answer outweighs any number of failures.
        """
        settled = True
        finding = Finding.THE_ORDERS
        in_doubt = [refusal for refusal in self.refusals if refusal.operation not in self.answered]
        if self._not_accepted is not None:
            operation, cause, detail, kind = self._not_accepted
            breaker.record_not_accepted(lane, now, operation, cause=cause, detail=detail, run_kind=kind)
            finding = Finding.US
        elif self.answered or in_doubt:
            settled = bool(in_doubt)
            if self.answered:
                settled |= breaker.record_answer(lane, now, self.answered)
            if in_doubt:
                finding = judge(lane, in_doubt, now)
        elif error := self.last_failure:
            breaker.record_failure(
                lane, now, self.failures, self.retry_after, cause=error.cause, detail=error.why
            )
        else:
            settled = False
        for refusal in self.refusals:
            refusal.record(finding if refusal in in_doubt else Finding.THE_ORDERS)
        return settled


@cache
def connection() -> md.Mdokumenty:
    """Return this process's client: made at the first use (after a worker has forked), then kept with its
    connections."""
    return md.Mdokumenty(
        settings.MDOKUMENTY_URL,
        timeout=settings.MDOKUMENTY_TIMEOUT,
        connections=settings.ENGINE_CONNECTIONS,
        certificate=(
            (settings.MDOKUMENTY_CERTIFICATE, settings.MDOKUMENTY_KEY)
            if settings.MDOKUMENTY_CERTIFICATE
            else None
        ),
        ca=settings.MDOKUMENTY_CA or None,
        request_id=get_guid,
    )
