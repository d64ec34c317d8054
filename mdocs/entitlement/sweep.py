"""The daily sweep: what ends, is taken back, or lasts longer as of today, of everybody."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import NamedTuple, TypeVar

from mdocs.entitlement import revocation
from mdocs.statuses import RevocationReason

T = TypeVar("T")


class Swept(NamedTuple):
    """Result of a sweep: orders ended by reason, extensions taken back, and extensions asked for."""

    ended: Counter[RevocationReason]
    withdrawn: int
    extended: int

    @property
    def total(self) -> int:
        """Return the number of orders that were changed."""
        return self.ended.total() + self.withdrawn + self.extended


def sweep(today: date) -> Swept:
    """End what has no right to last, take back extensions without a reason, and extend what is to last longer.

    Each step by itself: raises ExceptionGroup with what went wrong in some, after all have been tried.
    """
    errors: list[Exception] = []

    def attempt(step: Callable[[], T], nothing: T) -> T:
        try:
            return step()
        except Exception as error:  # noqa: BLE001 - raised below, after the other steps
            errors.append(error)
            return nothing

    swept = Swept(
        attempt(lambda: revocation.revoke_ineligible(today), Counter()),
        attempt(revocation.withdraw_extensions, 0),
        attempt(revocation.extend_with_cards, 0),
    )
    if errors:
        raise ExceptionGroup("The sweep has failed in part", errors)
    return swept
