"""Services of the tests that are kept between runs: who uses them, and what a run has to know."""

import fcntl
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

KEPT_SECONDS = 60 * 60


@dataclass(frozen=True)
class Kept:
    """Services that are kept in a folder, and what is known of them there."""

    folder: Path

    @property
    def run_lock(self) -> Path:
        """Name the file that a run locks: two would share a database."""
        return self.folder / "run.lock"

    @property
    def services_lock(self) -> Path:
        """Name the file that is locked while the services run."""
        return self.folder / "services.lock"

    @property
    def environment(self) -> Path:
        """Name the file with the variables for a run; it was changed when the last run began."""
        return self.folder / "environment.json"

    def variables(self) -> dict[str, str] | None:
        """Return what a run has to know; None where no services run."""
        if is_free(self.services_lock) or not self.environment.exists():
            return None
        os.utime(self.environment)
        told: dict[str, str] = json.loads(self.environment.read_text())
        return told

    def are_needed(self) -> bool:
        """Tell whether a run is at work, or began less than an hour ago."""
        unused = time.time() - self.environment.stat().st_mtime
        return unused < KEPT_SECONDS or not is_free(self.run_lock)


def is_free(lock: Path) -> bool:
    """Tell whether nobody holds a lock."""
    with lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
