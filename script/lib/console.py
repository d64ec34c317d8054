"""What the scripts say to the person who runs them."""

import contextlib
import sys
from collections.abc import Iterable, Sequence


def say(line: str = "") -> None:
    """Write a line to the console, if there still is one."""
    with contextlib.suppress(OSError):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


def complain(line: str) -> None:
    """Write a line about something that went wrong."""
    with contextlib.suppress(OSError):
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()


def table(rows: Iterable[Sequence[str]]) -> None:
    """Write rows in columns as wide as they need to be."""
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        say("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
