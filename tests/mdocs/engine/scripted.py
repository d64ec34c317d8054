"""An mDokumenty that answers exactly as a test says, for what the sandbox never does."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from mdocs.mdokumenty import (
    Codes,
    OrderRequest,
    QueryAnswer,
    Rejection,
    RemoteOrder,
    RemoteStatus,
    RevocationReason,
)
from mdocs.models import Order

Answer = RemoteOrder | QueryAnswer | BaseException | Callable[..., Any] | None


class ScriptedGateway:
    """A gateway whose every operation is given an answer (or a list of answers, one for each call).

    An exception is raised, a function is called with the operation's arguments. `calls` are the operations that were
    asked for, one after the other. An operation without an answer must not be asked for.
    """

    clock_difference: timedelta | None = None

    def __init__(self, **answers: Answer | list[Answer]) -> None:
        self.answers = answers
        self.calls: list[str] = []

    def _play(self, operation: str, *arguments: object) -> Any:
        self.calls.append(operation)
        answer = self.answers[operation]
        if isinstance(answer, list):
            answer = answer.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer(*arguments) if callable(answer) else answer

    def submit(self, request: OrderRequest) -> RemoteOrder:
        return self._play("submit", request)  # type: ignore[no-any-return]  # the script is the test's word

    def query(self, order_ids: Sequence[str]) -> QueryAnswer:
        return self._play("query", order_ids)  # type: ignore[no-any-return]

    def find(self, reference: UUID) -> RemoteOrder | None:
        return self._play("find", reference)  # type: ignore[no-any-return]

    def cancel(self, order_id: str) -> RemoteOrder:
        return self._play("cancel", order_id)  # type: ignore[no-any-return]

    def revoke(self, order_id: str, reason: RevocationReason) -> RemoteOrder:
        return self._play("revoke", order_id, reason)  # type: ignore[no-any-return]

    def extend(self, order_id: str, valid_until: date) -> RemoteOrder:
        return self._play("extend", order_id, valid_until)  # type: ignore[no-any-return]

    def health(self) -> None:
        self._play("health")


def remote(order: Order, status: RemoteStatus, **changes: Any) -> RemoteOrder:
    """Return the order as mDokumenty would show it in this state, now."""
    now = datetime.now(UTC)
    values: dict[str, Any] = {
        "order_id": order.mdokumenty_id or f"mD-{order.pk.hex[:12]}",
        "client_reference": order.pk,
        "status": status,
        "valid_until": order.valid_until,
        "created_at": now,
        "updated_at": now,
    }
    if status is RemoteStatus.READY:
        values["codes"] = codes()
    if status is RemoteStatus.REJECTED:
        values["rejection"] = Rejection("photo_rejected", "Zdjęcie nie spełnia wymagań.")
    return RemoteOrder(**values | changes)


def echo(request: OrderRequest) -> RemoteOrder:
    """Take an order, as it was asked for."""
    return remote(Order(pk=request.reference, valid_until=request.valid_until), RemoteStatus.PENDING)


def echo_into(dates: list[date]) -> Callable[[OrderRequest], RemoteOrder]:
    """Return an answer that takes each order, as `echo` does, and adds its last valid day to `dates`."""

    def take(request: OrderRequest) -> RemoteOrder:
        dates.append(request.valid_until)
        return echo(request)

    return take


def codes(qr_token: str = "", activation_code: str = "AB12CD") -> Codes:
    return Codes(qr_token or "MD|token|1", activation_code, timezone.now() + timedelta(days=30))


def answer(*orders: RemoteOrder, missing: Sequence[str] = ()) -> QueryAnswer:
    return QueryAnswer(orders, frozenset(missing))
