"""Forecast of what an import would end, asked of the rules themselves about the state after it.

`students` knows nothing of orders; who does registers a forecaster.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass


@dataclass(frozen=True)
class Ending:
    """A document, or an open order, that ends: its student, with name and album number, and the reason in words."""

    student: int
    holder: str
    album_number: str
    reason: str


# Returns what these students lose, as the database stands in the present transaction.
Forecaster = Callable[[Collection[int]], list[Ending]]
_forecasters: list[Forecaster] = []


def register_forecaster(forecaster: Forecaster) -> None:
    """Register who knows what students lose by their data; called when the apps are ready."""
    if forecaster not in _forecasters:
        _forecasters.append(forecaster)


def forecast(students: Collection[int]) -> list[Ending]:
    """Return what these students lose, as the database stands in the present transaction."""
    return [ending for forecaster in _forecasters for ending in forecaster(students)] if students else []
