"""Log of calls to the contract's API: what came, what was answered, and which fault was injected."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from typing import TypedDict

from mdocs.sandbox.exchanges import Exchange

CALLS_KEPT = 100_000


class Call(TypedDict):
    """One call. `number` is its address on the page.

    `status` is null where no answer was given, `fault` where none was applied.
    """

    number: int
    at: str
    method: str
    path: str
    idempotency_key: str | None
    request_id: str | None
    status: int | None
    fault: str | None


class Calls:
    """Latest calls. `unsaved` holds those not stored yet, with their exchanges; the store empties it."""

    def __init__(self, calls: Iterable[Call] = (), last: int = 0) -> None:
        self._kept = deque(calls, maxlen=CALLS_KEPT)
        self.last_number = last
        self.unsaved: list[tuple[Call, Exchange]] = []

    def __iter__(self) -> Iterator[Call]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    def next_number(self) -> int:
        """Return the number of the call that is added next; numbers go on when calls are forgotten."""
        self.last_number += 1
        return self.last_number

    def add(self, call: Call, exchange: Exchange) -> None:
        """Remember a call, and what was asked and answered in it until that is stored."""
        self._kept.append(call)
        self.unsaved.append((call, exchange))

    def has(self, number: int) -> bool:
        """Tell whether the call of a number is kept."""
        return bool(self._kept) and self._kept[0]["number"] <= number <= self._kept[-1]["number"]

    def newest(self, count: int) -> list[Call]:
        """Return the last calls, the newest first."""
        return [call for call, _ in zip(reversed(self._kept), range(count), strict=False)]

    def newest_folded(self, count: int) -> list[tuple[Call, int]]:
        """Return the last calls, the newest first; those of one kind in a row are one, with their number."""
        return list(islice(folded(reversed(self._kept)), count))

    def clear(self) -> None:
        """Forget every call."""
        self._kept.clear()
        self.unsaved.clear()


def folded(calls: Iterable[Call]) -> Iterator[tuple[Call, int]]:
    """Yield the first of those of one kind in a row, with their number."""
    for _, group in groupby(calls, key=kind):
        row = list(group)
        yield row[0], len(row)


def kind(call: Call) -> tuple[object, ...]:
    """Return what calls have in common that are folded into one line."""
    return call["method"], call["path"], call["status"], call["fault"]
