"""End processes that a run which was killed left behind, and nobody else's."""

import contextlib
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

PATIENCE = 5.0  # seconds for processes to end by themselves


@dataclass(frozen=True)
class Leader:
    """A service that was started in a session of its own, told apart by when (seconds since 1970)."""

    name: str
    pid: int
    created: float
    stop_signal: int


def write(record: Path, leaders: Iterable[tuple[str, int, int]]) -> None:
    """Write down what runs now: names, process ids and the signals that end them."""
    entries = [
        asdict(Leader(name, pid, when, stop_signal))
        for name, pid, stop_signal in leaders
        if (when := created(pid)) is not None
    ]
    record.write_text(json.dumps(entries))


def end(record: Path) -> None:
    """End what the record names, with everything in the same sessions."""
    with contextlib.suppress(FileNotFoundError, ValueError, TypeError):
        end_sessions([Leader(**entry) for entry in json.loads(record.read_text())])
    record.unlink(missing_ok=True)


def end_sessions(leaders: Iterable[Leader]) -> None:
    """End processes and everything in their sessions, also when only their children are left."""
    ours = {leader.pid: leader for leader in leaders if still_its(leader)}
    members = [process for process in psutil.process_iter() if session(process.pid) in ours]
    for process in members:
        if process.pid in ours:
            with contextlib.suppress(psutil.Error):
                process.send_signal(ours[process.pid].stop_signal)
    _, stubborn = psutil.wait_procs(members, timeout=PATIENCE)
    kill(stubborn)


def still_its(leader: Leader) -> bool:
    """Tell whether the number has not been given to another process meanwhile."""
    when = created(leader.pid)
    return when is None or abs(when - leader.created) < 2


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
