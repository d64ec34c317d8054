"""Processing times: how long mDokumenty has lately taken to make a document, by its own clock.

Each process remembers what it has seen. One that has just begun knows nothing, and asks as though every order could be
ready at any moment.
"""

from collections import deque
from datetime import timedelta

from mdocs.mdokumenty import RemoteOrder

_SEEN = 50
_EARLIER = 0.97  # a question a little too early costs less than codes that lie there
_seen: deque[timedelta] = deque(maxlen=_SEEN)


def record(remote: RemoteOrder) -> None:
    """Remember how long an order took that has just become ready."""
    _seen.append(max(remote.updated_at - remote.created_at, timedelta()))


def expected() -> timedelta:
    """Return after how long, at the earliest, an order is expected to be ready: nearly as soon as the fastest of the
    last fifty; zero while none is known."""
    return min(_seen, default=timedelta()) * _EARLIER


def forget() -> None:
    """Forget what was seen."""
    _seen.clear()
