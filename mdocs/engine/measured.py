"""Measuring of calls: how each ended and how long it took, for the log of steps and for the metrics."""

import re
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import TypeVar
from uuid import UUID

from mdocs import mdokumenty as md
from mdocs import metrics
from mdocs.engine.gateway import Gateway
from mdocs.step_log import CallOutcome, last_call

T = TypeVar("T")
ANSWERED = "answered"


class MeasuredGateway:
    """Gateway that measures the calls of another one. It changes neither answers nor errors."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    @property
    def clock_difference(self) -> timedelta | None:
        """Return how far mDokumenty's clock is ahead of ours, by its last answer; None if it has not said."""
        return self._gateway.clock_difference

    def submit(self, request: md.OrderRequest) -> md.RemoteOrder:
        """Order a document."""
        return _measured("submit", lambda: self._gateway.submit(request))

    def query(self, order_ids: Sequence[str]) -> md.QueryAnswer:
        """Ask about up to a hundred orders."""
        metrics.ASKED.labels("query").inc(len(order_ids))
        return _measured("query", lambda: self._gateway.query(order_ids))

    def find(self, reference: UUID) -> md.RemoteOrder | None:
        """Ask whether an order arrived."""
        metrics.ASKED.labels("find").inc()
        return _measured("find", lambda: self._gateway.find(reference))

    def cancel(self, order_id: str) -> md.RemoteOrder:
        """Cancel before it is collected."""
        return _measured("cancel", lambda: self._gateway.cancel(order_id))

    def revoke(self, order_id: str, reason: md.RevocationReason) -> md.RemoteOrder:
        """End the document."""
        return _measured("revoke", lambda: self._gateway.revoke(order_id, reason))

    def extend(self, order_id: str, valid_until: date) -> md.RemoteOrder:
        """Move its valid-until date on."""
        return _measured("extend", lambda: self._gateway.extend(order_id, valid_until))

    def health(self) -> None:
        """Ask how mDokumenty is."""
        _measured("health", self._gateway.health)


def _measured(operation: str, call: Callable[[], T]) -> T:
    outcome, begun = "broken_off", time.monotonic()
    try:
        answer = call()
        outcome = ANSWERED
        return answer
    except md.MdokumentyError as error:
        outcome = _snake_case(type(error).__name__)
        raise
    finally:
        seconds = time.monotonic() - begun
        last_call.set(CallOutcome(operation, outcome, seconds))
        metrics.CALLS.labels(operation, outcome).observe(seconds)


def _snake_case(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
