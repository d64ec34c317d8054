"""The daily sweep: what ends, is taken back, or lasts longer as of today, of everybody."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, TypeVar

from django.utils import timezone

from mdocs.entitlement import brake, revocation
from mdocs.statuses import RevocationReason

T = TypeVar("T")


class Swept(NamedTuple):
    """Result of a sweep: orders ended by reason, extensions taken back and asked for, and endings that wait."""

    ended: Counter[RevocationReason]
    withdrawn: int
    extended: int
    stopped: Counter[RevocationReason]

    @property
    def total(self) -> int:
        """Return the number of orders that were changed."""
        return self.ended.total() + self.withdrawn + self.extended


def sweep(at: datetime, *, accepted: int = 0) -> Swept:
    """End what has no right to last, take back extensions without a reason, and extend what is to last longer.

    More endings than the brake lets pass, and than were `accepted`, wait for somebody; with a clock in doubt everything
    does. Each step by itself: raises ExceptionGroup with what went wrong in some, after all have been tried.
    """
    verdict = brake.judge(at, accepted=accepted)
    if not verdict.is_clock_believed:
        return Swept(Counter(), 0, 0, verdict.stopped)
    today = timezone.localdate(at)
    errors: list[Exception] = []

    def attempt(step: Callable[[], T], nothing: T) -> T:
        try:
            return step()
        except Exception as error:  # noqa: BLE001 - raised below, after the other steps
            errors.append(error)
            return nothing

    swept = Swept(
        attempt(lambda: revocation.revoke(verdict.to_end, today), Counter()),
        attempt(revocation.withdraw_extensions, 0),
        attempt(revocation.extend_with_cards, 0),
        verdict.stopped,
    )
    if errors:
        raise ExceptionGroup("The sweep has failed in part", errors)
    if not verdict.stopped:
        brake.release()
    return swept
