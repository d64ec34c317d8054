"""Results of imported rows."""

from dataclasses import dataclass, field
from enum import StrEnum


class RowOutcome(StrEnum):
    """Outcome of a row, the most important first; a row with several counts as the first of them.

    A name that is only spelled otherwise makes a row RESPELLED: it is stored, and changes nobody (`students.names`).
    """

    REJECTED = "rejected"
    NEW = "new"
    ENDED = "ended"
    CHANGED = "changed"
    RESPELLED = "respelled"
    UNCHANGED = "unchanged"


@dataclass
class RowEffects:
    """Effects of one row, in words."""

    outcome: RowOutcome = RowOutcome.UNCHANGED
    words: list[str] = field(default_factory=list)

    def add(self, outcome: RowOutcome, words: str) -> None:
        """Add one effect."""
        self.outcome = min(self.outcome, outcome, key=list(RowOutcome).index)
        self.words.append(words)


@dataclass(frozen=True, slots=True)
class RowResult:
    """Result of one row or photo; `subject` names its place in the file.

    `is_cut` says that a photo was wider than high and has been cut.
    """

    subject: str
    outcome: RowOutcome
    detail: str = ""
    is_cut: bool = False
