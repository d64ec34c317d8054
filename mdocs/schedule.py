"""Schedule of the engine: when an order is looked at next. Pure arithmetic on the moment that is passed in."""

from datetime import date, datetime, time, timedelta
from secrets import SystemRandom
from typing import TYPE_CHECKING

from django.utils import timezone

from mdocs.statuses import Status

if TYPE_CHECKING:
    from mdocs.models import Order

_random = SystemRandom()

LONGEST_RETRY = timedelta(minutes=15)
LONGEST_QUESTION = timedelta(minutes=1)
WATCHED = timedelta(minutes=2)  # how long a look at the page counts as "the student is looking"
WATCHED_QUESTION = timedelta(seconds=3)
# An order that is ready earlier than expected is found out after at most this long.
_UNEXPECTED_QUESTION = timedelta(seconds=25)
_READY_QUESTION = timedelta(minutes=5)
_COLLECTED_QUESTION = timedelta(days=1)


def jittered(delay: timedelta, spread: float = 0.2) -> timedelta:
    """Return the delay, longer or shorter by up to the given share, so that orders do not march in step."""
    return delay * _random.uniform(1 - spread, 1 + spread)


def first_question(now: datetime) -> datetime:
    """Return when to ask for the first time after mDokumenty took the order: in 1 to 2 seconds."""
    return now + timedelta(seconds=_random.uniform(1, 2))


def next_question(order: "Order", now: datetime, expected: timedelta = timedelta()) -> datetime:
    """Return when to ask how the order is.

    While mDokumenty works on it, the pause grows with the wait already behind it (a sixtieth of it) from one second
    to a minute: who has waited for a minute sees an answer within about one second, who has waited for an hour within
    one minute. Before the time for which it is `expected` to work, it is asked now and then only, and right at its end.
    """
    if order.poll_fast_until is not None and order.poll_fast_until > now and order.status == Status.READY:
        return next_question_when_watched(now)
    # What has a moment at which it ends is looked at right after it rather than later.
    over = max(first_moment_after(order), now)
    if order.status == Status.READY:
        asked = now + jittered(_READY_QUESTION)
        if order.codes_expire_at is not None and now < order.codes_expire_at < asked:
            asked = order.codes_expire_at + timedelta(seconds=1)
        return min(asked, over)
    if order.status == Status.COLLECTED:
        return min(now + jittered(_COLLECTED_QUESTION), over)
    second, waited = timedelta(seconds=1), now - order.status_changed_at
    if waited + second < expected:
        asked = now + jittered(min(max(waited, second), _UNEXPECTED_QUESTION))
        return min(asked, order.status_changed_at + expected)
    return now + jittered(min(max(waited / 60, second), LONGEST_QUESTION))


def next_question_when_watched(now: datetime) -> datetime:
    """Return when to ask about a ready order whose student is looking at the codes."""
    return now + jittered(WATCHED_QUESTION)


def retry(
    failures: int,
    now: datetime,
    retry_after: timedelta | None = None,
    *,
    longest: timedelta = LONGEST_RETRY,
) -> datetime:
    """Return when to try again after so many failures in a row: 1 second, doubling up to `longest`, never before
    what mDokumenty asked for with Retry-After (which is bounded by 15 minutes)."""
    delay = min(timedelta(seconds=2 ** min(failures - 1, 12)), longest) * _random.uniform(0.5, 1)
    return now + max(delay, min(retry_after or timedelta(), LONGEST_RETRY))


def first_moment_after(order: "Order") -> datetime:
    """Return the first moment (university's time) at which the document's last valid day is over.

    The last day of the calendar, which some use for "without end", counts as over when it begins.
    """
    return _moment_after(order.valid_until)


def _moment_after(day: date) -> datetime:
    last_day = min(day, date.max - timedelta(days=1))
    return timezone.make_aware(datetime.combine(last_day + timedelta(days=1), time.min))


def codes_end(order: "Order") -> datetime | None:
    """Return the moment from which an order's codes lead to no valid document, by themselves or by its last valid
    day."""
    if order.codes_expire_at is None:
        return None
    return earlier_end(order.codes_expire_at, order.valid_until)


def earlier_end(codes_expire_at: datetime, valid_until: date) -> datetime:
    """Return which end comes first, as `codes_end` does for an order."""
    return min(codes_expire_at, _moment_after(valid_until))
