"""Sign of life of a web process: written when somebody asks for its health, at most every half minute."""

import time
from functools import cache

from operations import machine, signs
from operations.models import Sign

_EVERY = 20  # seconds; less than `signs.SEEN`
_written = {"at": float("-inf")}


def write() -> None:
    """Write the sign, where the last one is old. Raises DatabaseError."""
    now = time.monotonic()
    if now - _written["at"] < _EVERY:
        return
    _written["at"] = now
    writer, watcher = _of_this_process()
    writer.write(watcher.latest())


@cache
def _of_this_process() -> tuple[signs.Writer, machine.Watcher]:
    """Return the writer of this process: made at the first use, after gunicorn has forked."""
    return signs.Writer(Sign.Role.WEB, signs.process_name()), machine.Watcher()
