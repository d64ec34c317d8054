"""End processes that a run which was killed left behind, and nobody else's."""

import contextlib
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

PATIENCE = 10.0  # seconds for a process to end by itself


@dataclass(frozen=True)
class Leader:
    """A process that was started in a session of its own, told apart by when (seconds since 1970)."""

    pid: int
    created: float
    stop_signal: int


def write(record: Path, leaders: Iterable[tuple[int, int]]) -> None:
    """Write down what runs now: process ids and the signals that end them."""
    entries = [
        asdict(Leader(pid, when, stop_signal))
        for pid, stop_signal in leaders
        if (when := created(pid)) is not None
    ]
    record.write_text(json.dumps(entries))


def end(record: Path) -> None:
    """End what the record names, with everything in the same sessions."""
    with contextlib.suppress(FileNotFoundError, ValueError, TypeError):
        for entry in json.loads(record.read_text()):
            end_session(Leader(**entry))
    record.unlink(missing_ok=True)


def end_session(leader: Leader) -> None:
    """End a process and everything in its session, also when only its children are left."""
    when = created(leader.pid)
    if when is not None and abs(when - leader.created) > 2:
        return  # the number belongs to somebody else now
    members = [process for process in psutil.process_iter() if session(process.pid) == leader.pid]
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(leader.pid)
        process.send_signal(leader.stop_signal)
        process.wait(PATIENCE)
    kill(members)


def kill(processes: Iterable[psutil.Process]) -> None:
    """Send SIGKILL to those that are still there."""
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.kill()


def created(pid: int) -> float | None:
    """Tell when a process was started; None when there is none of that number."""
    with contextlib.suppress(psutil.Error):
        return float(psutil.Process(pid).create_time())
    return None


def session(pid: int) -> int | None:
    """Tell the session that a process belongs to; None when it is gone or not ours to ask."""
    with contextlib.suppress(OSError):
        return os.getsid(pid)
    return None
