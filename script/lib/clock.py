"""Wall clock of a portal that can be moved: a library (clock.c) that every process of it preloads."""

import os
import shutil
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from script.lib.processes import Failed

WARSAW = ZoneInfo("Europe/Warsaw")
_STATE = "qq"  # the shift, and the moment at which it stands still (0: it goes), in nanoseconds
_SOURCE = Path(__file__).with_name("clock.c")


class MovableClock:
    """Clock of all processes that run in `environment`; it goes on by itself from where it was set."""

    def __init__(self, folder: Path) -> None:
        compiler = shutil.which(os.environ.get("CC", "cc"))
        if compiler is None:
            raise Failed("A clock that can be moved needs a C compiler (CC can name one).")
        self._file, library = folder / "clock", folder / "clock.so"
        command: list[str | Path] = [
            compiler,
            "-O2",
            "-shared",
            "-fPIC",
            "-o",
            library,
            _SOURCE,
            "-ldl",
            "-lpthread",
        ]
        subprocess.run(command, check=True)
        self._move_by(0)
        for file in (self._file, library):  # PostgreSQL may run as another user
            file.chmod(0o644)
        self.environment = {"LD_PRELOAD": str(library), "CLOCK_FILE": str(self._file)}

    def now(self) -> datetime:
        """Return what the clock shows, in the university's time."""
        shift, stands_at = struct.unpack(_STATE, self._file.read_bytes())
        return datetime.fromtimestamp((stands_at or time.time_ns() + shift) / 1e9, WARSAW)

    def move_to(self, moment: str, *, second_time: bool = False) -> None:
        """Set it to a local moment such as "2026-10-31 23:59:45"; in autumn an hour comes a `second_time`."""
        wanted = datetime.fromisoformat(moment).replace(tzinfo=WARSAW, fold=int(second_time))
        self._move_by(round((wanted.timestamp() - time.time()) * 1e9))

    def utc(self, moment: str) -> str:
        """Return a local moment as mDokumenty writes it."""
        local = datetime.fromisoformat(moment).replace(tzinfo=WARSAW)
        return f"{local.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"

    def advance_to(self, moment: str) -> None:
        """Set it to a local moment, if that has not passed."""
        if self.now() < datetime.fromisoformat(moment).replace(tzinfo=WARSAW):
            self.move_to(moment)

    def wait_until(self, moment: str) -> None:
        """Let the time pass until a local moment."""
        wanted = datetime.fromisoformat(moment).replace(tzinfo=WARSAW)
        while self.now() < wanted:
            time.sleep(0.1)

    @property
    def difference(self) -> float:
        """Seconds that it is ahead of the machine's clock."""
        shift, _stands_at = struct.unpack(_STATE, self._file.read_bytes())
        return float(shift) / 1e9

    def differ_by(self, seconds: float) -> None:
        """Have it be so far ahead of the machine's, or behind it."""
        self._move_by(round(seconds * 1e9))

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Have it stand still for a look at everything at one moment; pauses go on to take as long as they take."""
        shift, _going = struct.unpack(_STATE, self._file.read_bytes())
        stands_at = time.time_ns() + shift
        self._write(shift, stands_at)
        try:
            yield
        finally:
            self._move_by(stands_at - time.time_ns())

    def _move_by(self, shift: int) -> None:
        self._write(shift, 0)

    def _write(self, shift: int, stands_at: int) -> None:
        # In place and whole: the processes have the file mapped.
        file = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o644)
        os.pwrite(file, struct.pack(_STATE, shift, stands_at), 0)
        os.close(file)
