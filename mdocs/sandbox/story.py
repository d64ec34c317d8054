"""Story of one order: calls about it, its states, and what phones did with its document, in the order of time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Literal

from mdocs.sandbox.calls import Call, kind
from mdocs.sandbox.orders import Deed, Order, Version

SOURCES = ("call", "phone", "state", "validity")  # what happens at one moment happens in this sequence


@dataclass(frozen=True)
class Event:
    """Something that happened to an order; `times` counts calls of one kind in a row."""

    at: datetime
    source: Literal["call", "phone", "state", "validity"]
    what: Call | Deed | Version
    times: int = 1


def story(order: Order, calls: Iterable[Call]) -> list[Event]:
    """Return what happened to an order, the oldest first; the time of calls in a row is that of the first."""
    asked = [Event(datetime.fromisoformat(call["at"]), "call", call) for call in calls]
    done = [Event(deed.at, "phone", deed) for deed in order.deeds]
    events = sorted(
        [*asked, *done, *_changes(order)], key=lambda event: (event.at, SOURCES.index(event.source))
    )
    rows = [list(row) for _, row in groupby(enumerate(events), key=_row)]
    return [Event(first.at, first.source, first.what, len(row)) for row in rows for _, first in row[:1]]


def _changes(order: Order) -> Iterable[Event]:
    for before, version in zip([None, *order.versions], order.versions, strict=False):
        if before is None or before.status != version.status:
            yield Event(version.at, "state", version)
        else:
            yield Event(version.at, "validity", version)


def _row(numbered: tuple[int, Event]) -> object:
    number, event = numbered
    return kind(event.what) if isinstance(event.what, dict) else number
