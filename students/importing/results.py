"""Results of imported rows."""

from collections.abc import Sequence
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


class PhotoOutcome(StrEnum):
    """Outcome of a photo."""

    REJECTED = "photo_rejected"
    CHANGED = "photo_changed"
    NEW = "photo_new"
    UNCHANGED = "photo_unchanged"


@dataclass
class RowEffects:
    """Effects of one row, in words; `catalogue` names the faculties and programmes that it adds."""

    outcome: RowOutcome = RowOutcome.UNCHANGED
    words: list[str] = field(default_factory=list)
    catalogue: list[str] = field(default_factory=list)
    new_student: bool = False

    def add(self, outcome: RowOutcome, words: str) -> None:
        """Add one effect."""
        self.outcome = min(self.outcome, outcome, key=list(RowOutcome).index)
        self.words.append(words)


@dataclass(frozen=True, slots=True)
class RowResult:
    """Result of one row or photo; `subject` names its place in the file.

    `album_number` and `holder` are of its student, after the import; empty where nobody can tell. `catalogue` is as
    in RowEffects. `new_student` says that the row brings one; `is_cut`, that a photo was wider than high and has been
    cut.
    """

    subject: str
    outcome: RowOutcome | PhotoOutcome
    detail: str = ""
    row: int | None = None
    album_number: str = ""
    holder: str = ""
    catalogue: Sequence[str] = ()
    new_student: bool = False
    is_cut: bool = False
