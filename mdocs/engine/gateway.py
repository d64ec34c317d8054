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
from mdocs.querysets import Lane

Clock = Callable[[], datetime]


class Gateway(Protocol):
    """Calls to mDokumenty that the engine needs; `mdocs.mdokumenty.Mdokumenty` is the real one."""

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
    refused: str | None = None  # the operation for which our certificate or agreement was not accepted
    failures: int = 0
    retry_after: timedelta | None = None

    def failed(self, error: md.RetryLater) -> None:
        """Count a call that found mDokumenty unwell."""
        self.failures += 1
        self.retry_after = max(filter(None, (self.retry_after, error.retry_after)), default=None)

    def report_to_breaker(self, lane: Lane, now: datetime) -> bool:
        """Hand on what was learnt, and say if it settled anything: one real answer outweighs any number of
        failures."""
        if self.refused is not None:
            breaker.record_not_accepted(lane, now, self.refused)
        elif self.answered:
            return breaker.record_answer(lane, now, self.answered)
        elif self.failures:
            breaker.record_failure(lane, now, self.failures, self.retry_after)
        return self.refused is not None or self.failures > 0


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
