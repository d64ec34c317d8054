"""Rows of a table on their way out of a file."""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Rows:
    """Rows of text with the numbers that a spreadsheet shows, without empty rows; the header is the first.

    `read_as` says in Polish what was read and how: the sheet, or encoding and separator. It is complete when the rows
    have been read.
    """

    rows: Iterator[tuple[int, list[str]]]
    read_as: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        return self.rows
