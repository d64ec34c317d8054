"""Log of calls to the contract's API: what came, what was answered, and which fault was injected."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from typing import TypedDict

CALLS_KEPT = 100_000


class Call(TypedDict):
    """One call. `status` is null where no answer was given, `fault` where none was applied."""

    at: str
    method: str
    path: str
    idempotency_key: str | None
    request_id: str | None
    status: int | None
    fault: str | None


class Calls:
    """Latest calls. `unsaved` holds those not stored yet; the store empties it."""

    def __init__(self, calls: Iterable[Call] = ()) -> None:
        self._kept = deque(calls, maxlen=CALLS_KEPT)
        self.unsaved: list[Call] = []

    def __iter__(self) -> Iterator[Call]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    def add(self, call: Call) -> None:
        """Remember a call."""
        self._kept.append(call)
        self.unsaved.append(call)

    def newest(self, count: int) -> list[Call]:
        """Return the last calls, the newest first."""
        return [call for call, _ in zip(reversed(self._kept), range(count), strict=False)]

    def newest_folded(self, count: int) -> list[tuple[Call, int]]:
        """Return the last calls, the newest first; those of one kind in a row are one, with their number."""
        rows = groupby(reversed(self._kept), key=_kind)
        return [(next(calls), 1 + sum(1 for _ in calls)) for _kind_of_row, calls in islice(rows, count)]

    def clear(self) -> None:
        """Forget every call."""
        self._kept.clear()
        self.unsaved.clear()


def _kind(call: Call) -> tuple[object, ...]:
    return call["method"], call["path"], call["status"], call["fault"]
