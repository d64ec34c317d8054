"""Comparison of one order with what mDokumenty says of it: do they differ, and how.

Pure: what is done about a difference stands in `mdocs.engine.reconciliation`.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from mdocs.engine.merging import is_newer, same_state
from mdocs.mdokumenty import RemoteOrder, RemoteStatus
from mdocs.models import Order
from mdocs.statuses import ENDING, FINAL, Status

ALIVE_THERE = frozenset(
    {RemoteStatus.PENDING, RemoteStatus.PROCESSING, RemoteStatus.READY, RemoteStatus.COLLECTED}
)
# What an order here has ended for good: its document there is to be dead, too. Of the others only people know.
ENDED_BY_US = frozenset({Status.CANCELLED, Status.REVOKED})


class DifferenceKind(StrEnum):
    """Kind of difference between the two truths."""

    ARRIVED = "arrived"  # of an order here nobody knew that it was there
    STATE = "state"  # it stands otherwise there
    UNKNOWN_THERE = "unknown_there"  # a live order here is not known there
    OTHER_NUMBER = "other_number"  # it is there under another number
    ALIVE_THERE = "alive_there"  # over here, alive there
    NO_ORDER = "no_order"  # alive there, and the database has never heard of it


@dataclass(frozen=True)
class Difference:
    """Difference of one order; `mended` says that nobody has to do anything."""

    kind: DifferenceKind
    order: str
    number: str
    here: str
    there: str
    mended: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return it for a report; no personal data is in it."""
        return asdict(self)


def compare(order: Order, remote: RemoteOrder | None, now: datetime, today: date) -> DifferenceKind | None:
    """Return how an order differs from what mDokumenty said last; None where they agree, or it spoke of the past.

    `remote` is None where mDokumenty knows the order neither by its number nor by its reference.
    """
    if remote is None:
        return DifferenceKind.UNKNOWN_THERE if order.status not in FINAL and order.mdokumenty_id else None
    if order.mdokumenty_id is not None and remote.order_id != order.mdokumenty_id:
        return DifferenceKind.OTHER_NUMBER
    if order.status in FINAL:
        lives = remote.status in ALIVE_THERE and remote.valid_until >= today
        return DifferenceKind.ALIVE_THERE if lives and is_newer(order, remote, now) else None
    if order.mdokumenty_id is None:
        return DifferenceKind.ARRIVED
    if not is_newer(order, remote, now):
        return None
    if order.status in ENDING:
        return DifferenceKind.STATE if remote.status not in ALIVE_THERE | {RemoteStatus.UNKNOWN} else None
    if remote.status is RemoteStatus.UNKNOWN:
        return None
    agrees = same_state(remote.status) == order.status and remote.valid_until == order.valid_until
    return None if agrees else DifferenceKind.STATE
