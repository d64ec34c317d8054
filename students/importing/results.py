"""What comes of a row, as the preview tells it."""

from dataclasses import dataclass, field
from enum import StrEnum


class RowOutcome(StrEnum):
    """What a row does, the most telling first; a row that does several things counts as the first of them."""

    REJECTED = "rejected"
    NEW = "new"
    ENDED = "ended"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass
class RowEffects:
    """What one row does, in words."""

    outcome: RowOutcome = RowOutcome.UNCHANGED
    words: list[str] = field(default_factory=list)

    def add(self, outcome: RowOutcome, words: str) -> None:
        """Note one thing that it does."""
        self.outcome = min(self.outcome, outcome, key=list(RowOutcome).index)
        self.words.append(words)


@dataclass(frozen=True, slots=True)
class RowResult:
    """What came of one row or one photo: `subject` is where in the file it is found."""

    subject: str
    outcome: RowOutcome
    detail: str = ""
