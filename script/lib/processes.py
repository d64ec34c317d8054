"""Keep processes running, and leave none behind.

Every service is started in a session of its own, so that it can be ended with all its children. On Linux the
kernel ends it when we are killed, and hands us what a killed service leaves behind.
"""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import psutil

from script.lib import leftovers
from script.lib.console import say
from script.lib.signals import take_signals

CALM = 10.0  # seconds: what ran this long was well, and is started again at once
LONGEST_PAUSE = 30.0  # seconds between two attempts to start what keeps ending
LOG_LIMIT = 10 * 1024 * 1024  # bytes; what a longer log file holds moves to <name>.log.1

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36  # linux/prctl.h
prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


class StopRequested(Exception):
    """Somebody pressed Ctrl-C or sent SIGTERM."""


class Failed(Exception):
    """Something that the rest needs did not work; the message is for the person at the console."""


@dataclass(frozen=True)
class Account:
    """A user and a group to run a process as."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Service:
    """A process to run until we end, or, if `once`, to its own end."""

    name: str
    command: tuple[str | Path, ...]
    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = 8.0  # seconds from the stop signal to SIGKILL
    once: bool = False
    others_need_it: bool = False  # ended after the others
    in_foreground: bool = False  # uses the console itself, instead of a log file
    account: Account | None = None


@dataclass
class Running:
    """A service, its process while there is one, and when to try again."""

    service: Service
    process: subprocess.Popen[bytes] | None = None
    since: float = 0.0  # when it was started, or ended
    pause: float = 0.0  # seconds from its end to the next attempt


class Supervisor:
    """Starts services, starts them again when they die, and ends them all."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.environment = dict(environment)
        self.stop_requests: list[int] = []  # signals, in the order in which they came
        self._logs = folder / "log"
        self._logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._logs_checked = 0.0
        self._record = folder / "processes.json"
        self._running: dict[str, Running] = {}
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signum, self._on_signal)
        take_signals()
        if prctl:
            prctl(PR_SET_CHILD_SUBREAPER, 1)
        leftovers.end(self._record)

    # ── What callers use ──────────────────────────────────────────────────────────────────────────────────
    def start(self, service: Service) -> subprocess.Popen[bytes]:
        """Start a service and keep it running."""
        running = self._running[service.name] = Running(service)
        return self._launch(running)

    def run(self, name: str, *command: str | Path, account: Account | None = None) -> None:
        """Run a step of the set-up. Raises Failed, with the end of its output, when it does not succeed."""
        self.begin(name, *command, account=account)
        self.complete(name)

    def attempt(self, name: str, *command: str | Path) -> tuple[int, str]:
        """Run a step that may fail; give its exit code and what it said. Raises StopRequested."""
        self.begin(name, *command)
        return self.finish(name), self.log(name).read_text(errors="replace")

    def begin(self, name: str, *command: str | Path, account: Account | None = None) -> None:
        """Start a step of the set-up; `complete` waits for it."""
        self.log(name).unlink(missing_ok=True)
        self.start(Service(name, command, grace=2.0, once=True, account=account))

    def complete(self, name: str) -> None:
        """Wait for a step. Raises Failed when it did not succeed, StopRequested."""
        if self.finish(name) != 0:
            raise Failed(f"This did not work: {name} ({self.log(name)})\n{self._tail(name)}")

    def finish(self, name: str) -> int:
        """Wait for a service that runs once and give its exit code. Raises StopRequested."""
        process = self._running[name].process
        assert process  # noqa: S101 - only those that are not `once` are ever without
        while process.poll() is None:
            self.pause()
        self._kill_group(process)
        del self._running[name]
        return process.returncode

    def wait_for(self, name: str, is_ready: Callable[[], bool], seconds: float) -> None:
        """Wait until a service is ready. Raises Failed when it takes longer than `seconds`, StopRequested."""
        end = time.monotonic() + seconds
        while not is_ready():
            if time.monotonic() > end:
                raise Failed(
                    f"Not ready after {seconds:.0f} s: {name} ({self.log(name)})\n{self._tail(name)}"
                )
            self.pause()

    def pause(self, seconds: float = 0.05) -> None:
        """Wait a little, looking after the services. Raises StopRequested."""
        if self.stop_requests:
            raise StopRequested
        time.sleep(seconds)
        self._look_after()

    def services(self) -> list[Service]:
        """Return what is kept running."""
        return [running.service for running in self._running.values()]

    def process_ids(self) -> dict[str, int]:
        """Return the process id of each service that is running, by its name."""
        return {name: running.process.pid for name, running in self._running.items() if running.process}

    def restart(self, *names: str) -> None:
        """End services and start them again at once, also those that wait for their next attempt."""
        chosen = [self._running[name] for name in names]
        self._end([(running.service, running.process) for running in chosen if running.process])
        for running in chosen:
            self._launch(running)

    def end(self, *names: str) -> list[Service]:
        """End services, keep them from being started again, and return them."""
        chosen = [self._running.pop(name) for name in names]
        self._end([(running.service, running.process) for running in chosen if running.process])
        return [running.service for running in chosen]

    def stop(self) -> None:
        """End every process that we started; a second Ctrl-C makes it short."""
        for others_need_it in (False, True):
            stage = [r for r in self._running.values() if r.service.others_need_it is others_need_it]
            self._end([(r.service, r.process) for r in stage if r.process])
        self._running.clear()
        self._kill_orphans()
        self._record.unlink(missing_ok=True)

    def log(self, name: str) -> Path:
        """Name the log file of a service or step."""
        return self._logs / f"{name}.log"

    # ── Starting ──────────────────────────────────────────────────────────────────────────────────────────
    def _launch(self, running: Running) -> subprocess.Popen[bytes]:
        running.since = time.monotonic()
        process = running.process = self._spawn(running.service)
        leaders = [(r.service, r.process.pid) for r in self._running.values() if r.process]
        leftovers.write(self._record, ((each.name, pid, each.stop_signal) for each, pid in leaders))
        return process

    def _spawn(self, service: Service) -> subprocess.Popen[bytes]:
        set_option, us, death_signal = prctl, os.getpid(), int(service.stop_signal)

        def end_with_us() -> None:
            if set_option:
                set_option(PR_SET_PDEATHSIG, death_signal)
                if os.getppid() != us:
                    os._exit(1)

        account = service.account
        with contextlib.ExitStack() as files:
            log = None if service.in_foreground else files.enter_context(self.log(service.name).open("ab"))
            return subprocess.Popen(
                service.command,
                env=self.environment,
                stdin=subprocess.DEVNULL if log else None,
                stdout=log,
                stderr=log,
                start_new_session=not service.in_foreground,
                process_group=0 if service.in_foreground else None,
                preexec_fn=end_with_us,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
            )

    # ── Looking after ─────────────────────────────────────────────────────────────────────────────────────
    def _look_after(self) -> None:
        self._reap()
        now = time.monotonic()
        for running in list(self._running.values()):
            if running.process is None:
                if now >= running.since + running.pause:
                    self._launch(running)
            elif running.process.poll() is not None and not running.service.once:
                self._on_death(running, running.process)
        if now > self._logs_checked + 60:
            self._logs_checked = now
            self._shorten_logs()

    def _on_death(self, running: Running, process: subprocess.Popen[bytes]) -> None:
        self._kill_group(process)
        self._kill_orphans()
        now = time.monotonic()
        was_well = now - running.since > CALM
        running.pause = 0.0 if was_well else min(max(2 * running.pause, 0.5), LONGEST_PAUSE)
        running.since, running.process = now, None
        name, code = running.service.name, process.returncode
        how = f"was killed ({signal.Signals(-code).name})" if code < 0 else f"ended with code {code}"
        when = f" in {running.pause:.0f} s" if running.pause >= 1 else ""
        say(f"{name} {how}; starting it again{when} (log: {self.log(name)})")

    def _reap(self) -> None:
        """Collect orphans that ended, so that they do not stay as zombies; our own are Popen's to collect."""
        if sys.platform != "linux":
            return
        with contextlib.suppress(ChildProcessError):
            while ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                processes = [r.process for r in self._running.values() if r.process]
                ours = [process for process in processes if process.pid == ended.si_pid]
                if ours:
                    ours[0].poll()
                else:
                    os.waitpid(ended.si_pid, 0)

    def _shorten_logs(self) -> None:
        for log in self._logs.glob("*.log"):
            if log.stat().st_size > LOG_LIMIT:
                # The service keeps the file open for appending: what moves is the text, not the file.
                shutil.copyfile(log, log.with_suffix(".log.1"))
                os.truncate(log, 0)

    def _tail(self, name: str) -> str:
        with contextlib.suppress(OSError):
            lines = self.log(name).read_text(errors="replace").splitlines()
            return "\n".join(f"    {line}" for line in lines[-20:])
        return ""

    # ── Ending ────────────────────────────────────────────────────────────────────────────────────────────
    def _on_signal(self, signum: int, _frame: FrameType | None) -> None:
        self.stop_requests.append(signum)

    def _end(self, stage: Iterable[tuple[Service, subprocess.Popen[bytes]]]) -> None:
        begin, requests = time.monotonic(), max(len(self.stop_requests), 1)
        waiting = dict(stage)
        for service, process in waiting.items():
            if process.poll() is None:
                process.send_signal(service.stop_signal)
        for service, process in waiting.items():
            while process.poll() is None and time.monotonic() < begin + service.grace:
                if len(self.stop_requests) > requests:
                    break
                time.sleep(0.02)
            self._kill_group(process)
            process.kill()
            process.wait()

    def _kill_group(self, leader: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(leader.pid, signal.SIGKILL)

    def _kill_orphans(self) -> None:
        """Kill what a dead service left behind outside its group (PostgreSQL's processes have their own)."""
        ours = {running.process.pid for running in self._running.values() if running.process}
        orphans = [child for child in psutil.Process().children() if child.pid not in ours]
        for orphan in orphans:
            with contextlib.suppress(psutil.Error):
                leftovers.kill([*orphan.children(recursive=True), orphan])
        self._reap()
