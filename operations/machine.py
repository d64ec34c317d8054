"""Findings of a process on its own machine: storage that is not shared, and a disk that is full."""

import shutil
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection

from operations import storage_markers

EVERY = 25  # seconds between two examinations: whoever has to act is told within a minute
HANGS = 60  # seconds that it may take to find out
_LOW, _FULL = 2 * 2**30, 200 * 2**20  # bytes that are free
_LOW_SHARE = 0.05  # of a disk so small that the bytes above are much of it


def findings() -> dict[str, str]:
    """Return what is wrong on this machine: `photos`, `jobs` and `disk`, each with its status unless it is well.

    Raises DatabaseError.
    """
    found = {**storage_markers.check_all(), "disk": disk()}
    return {name: status for name, status in found.items() if status != "ok"}


def disk() -> str:
    """Return "ok", "low" or "full" for the disk of DATA_DIR, or that of REFERENCES_FILE where less is left there.

    Only machines with a worker have that one.
    """
    try:
        found = [_room(settings.DATA_DIR)]
    except OSError:
        return "unreadable"
    if settings.REFERENCES_FILE:
        with suppress(OSError):
            found.append(_room(Path(settings.REFERENCES_FILE).parent))
    return next((status for status in ("full", "low") if status in found), "ok")


def _room(folder: Path) -> str:
    usage = shutil.disk_usage(folder)
    if usage.free < min(_FULL, usage.total * _LOW_SHARE / 4):
        return "full"
    return "low" if usage.free < min(_LOW, usage.total * _LOW_SHARE) else "ok"


class Watcher:
    """Watcher of the machine: examines it now and then in a thread of its own, as a disk in the net may hang."""

    def __init__(self) -> None:
        self._found: Mapping[str, str] = {}
        self._begun = float("-inf")
        self._thread: threading.Thread | None = None

    def latest(self) -> Mapping[str, str]:
        """Return the latest findings; begin to find out anew where these are old."""
        now = time.monotonic()
        is_examining = self._thread is not None and self._thread.is_alive()
        if is_examining and now - self._begun > HANGS:
            return {**self._found, "photos": "hangs"}
        if not is_examining and now - self._begun > EVERY:
            self._begun = now
            self._thread = threading.Thread(target=self._examine, name="machine", daemon=True)
            self._thread.start()
        return self._found

    def _examine(self) -> None:
        try:
            self._found = findings()
        except DatabaseError:
            pass  # which has a check of its own
        finally:
            connection.close()
