"""Time of the processor that processes have used, each with its children, those that came later or ended too."""

from collections.abc import Mapping

import psutil


def used(leaders: Mapping[str, int]) -> dict[str, float]:
    """Return the seconds of a core that each process and its children have used so far."""
    found = {}
    for name, pid in leaders.items():
        leader, seconds = psutil.Process(pid), 0.0
        for process in (leader, *leader.children(recursive=True)):
            try:
                times = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            # PostgreSQL has a process for each connection, which may be over: then its parent has its time.
            ended = getattr(times, "children_user", 0) + getattr(times, "children_system", 0)
            seconds += times.user + times.system + ended
        found[name] = seconds
    return found


def since(before: Mapping[str, float], leaders: Mapping[str, int]) -> dict[str, float]:
    """Return the seconds that each has used since."""
    return {name: seconds - before[name] for name, seconds in used(leaders).items()}
