"""Portal of the faults: script/server's processes, more workers of each kind, and a wire that spoils answers.

A process of its own, which starts again what has died. It takes a command a line on standard input, and answers with a
line: `signal NAME SIGNAL`, `leader NAME SIGNAL`, `child NAME SIGNAL`, `end NAME`, `start NAME`, `code NAME WHICH`
(which it is started with the next time: `present`, or `before`, in the folder that RELEASE_BEFORE names), `clock
SECONDS` (of the second workers), `moment LOCAL_TIME` (the clock of all goes on to that), `stop`. FAULTS_FROM is the
local time at which all of it starts; without, that of the machine.
"""

import json
import os
import random
import select
import signal
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import psutil

from script.lib import processes, server, services
from script.lib.authority import Authority
from script.lib.clock import MovableClock
from script.lib.network import Address, answers, free_port
from script.lib.processes import Failed, Service, StopRequested

# What else a process needs that is to work inside this portal: the clock, and how to speak to mDokumenty.
_INSIDE = ("LD_PRELOAD", "CLOCK_FILE", "MDOKUMENTY_CERTIFICATE", "MDOKUMENTY_KEY", "MDOKUMENTY_CA")
SECOND = {f"worker-{kind}-2": kind for kind in server.WORKERS}
_ALONE = {"worker-send", "worker-poll", "worker-jobs", "worker-emails"}  # one process each
# Start a program in the folder that a file names, at each start anew.
_IN_ITS_FOLDER = ("/bin/sh", "-c", 'cd "$(cat "$0")" && exec "$@"')


class FaultPortal(server.Portal):
    """Processes of the portal, by name, so that each can be broken."""

    def __init__(self, folder: Path, given: dict[str, str]) -> None:
        super().__init__(folder, given)
        self._wire, self._control = (Address("WIRE_PORT", "127.0.0.1", free_port()) for _ in range(2))
        authority = Authority.new(folder / "authority", first_day=-400, last_day=400)
        theirs, ours = (authority.issue(name, first_day=-400, last_day=400) for name in ("wire", "portal"))
        self._files = (*theirs, authority.ca)
        self.supervisor.environment |= {
            "MDOKUMENTY_URL": self._wire.url.replace("http:", "https:"),
            "MDOKUMENTY_CERTIFICATE": ours[0],
            "MDOKUMENTY_KEY": ours[1],
            "MDOKUMENTY_CA": authority.ca,
        }
        self._kept: dict[str, Service] = {}
        (folder / "second").mkdir()
        (folder / "code").mkdir()
        self._code = {"present": str(server.ROOT), "before": given.get("RELEASE_BEFORE", "")}
        self._clock, self._second_clock = MovableClock(folder), MovableClock(folder / "second")
        if start := given.get("FAULTS_FROM"):
            self._clock.move_to(start)
            self._second_clock.differ_by(self._clock.difference)
            self.supervisor.environment |= self._clock.environment

    def _start_python(self, name: str, *module_and_options: str | Path) -> None:
        alone = ("--concurrency=1",) if name.removesuffix("-2") in _ALONE else ()
        clock = self._of_second_clock() if name in SECOND else ()
        command = (*clock, sys.executable, "-m", *module_and_options, *alone)
        self.supervisor.start(self._with_its_code(Service(name, command)))

    def _web_service(self) -> Service:
        return self._with_its_code(super()._web_service())

    def _with_its_code(self, service: Service) -> Service:
        file = self._write_code(service.name, self._code["present"])
        return replace(service, command=(*_IN_ITS_FOLDER, file, *service.command))

    def _write_code(self, name: str, code: str) -> Path:
        file = self._folder / "code" / name
        file.write_text(code)
        return file

    def _start_sandbox(self) -> None:
        super()._start_sandbox()
        ports = (str(self._wire.port), str(self._control.port))
        self._start_python("wire", "script.lib.fault_wire", *ports, self._sandbox.url, *self._files)
        self.supervisor.wait_for("wire", lambda: answers(self._control, "/wire"), server.READY_SECONDS)

    def _start_celery(self) -> None:
        first, _always = self.supervisor.fork_servers["web"]
        second = first.with_name("socket-2")
        self.supervisor.start_fork_server("forkserver-2", second, *self._of_second_clock())
        self.supervisor.wait_for("forkserver-2", second.exists, server.READY_SECONDS)
        for service in (*server.FORKED, "beat-2"):
            self.supervisor.fork_servers[service] = first, partial(self._is_present, service)
        for service in SECOND:
            self.supervisor.fork_servers[service] = second, partial(self._is_present, service)
        super()._start_celery()
        celery = ("celery", "--app", "mlegitymacja_portal", "worker")
        for name, kind in SECOND.items():
            self._start_python(name, *celery, *server.WORKERS[kind], *server.worker_options(name))

    def _is_present(self, service: str) -> bool:
        return (self._folder / "code" / service).read_text() == self._code["present"]

    def _of_second_clock(self) -> tuple[str, ...]:
        return "env", *(f"{name}={value}" for name, value in self._second_clock.environment.items())

    def serve(self) -> None:
        """Start everything, say so, and do what each line asks for. Raises Failed, StopRequested."""
        self.start()
        environment = self.supervisor.environment
        addresses = {name: environment[name] for name in ("DATABASE_URL", "REDIS_URL")}
        inside = {name: environment[name] for name in _INSIDE if name in environment}
        said = {"wire": self._control.url, "inside": inside, "ahead": self._clock.difference, **addresses}
        self._say(said)
        while True:
            self.supervisor.pause(0.05)
            while select.select([sys.stdin], [], [], 0)[0]:
                if not (line := sys.stdin.readline()):
                    raise StopRequested
                self._say(self._obey(*line.split()))

    def _obey(self, what: str, *names: str) -> dict[str, object]:
        match what, names:
            case "signal", (name, how):
                return {"done": self._signal(name, signal.Signals[how])}
            case "child", (name, how):
                return {"done": self._signal_child(name, signal.Signals[how])}
            case "leader", (name, how):
                if pid := self.supervisor.process_ids().get(name):
                    os.kill(pid, signal.Signals[how])
            case "end", (name,) if name in {each.name for each in self.supervisor.services()}:
                (self._kept[name],) = self.supervisor.end(name)
            case "start", (name,) if name in self._kept:
                self.supervisor.start(self._kept.pop(name))
            case "start", ("beat-2",):
                schedule = self._folder / "beat" / "schedule-2"
                beat = ("celery", "--app", "mlegitymacja_portal", "beat")
                self._start_python("beat-2", *beat, "--schedule", schedule, "--pidfile=")
            case "code", (name, which):
                self._write_code(name, self._code[which])
            case "clock", (seconds,):
                self._second_clock.differ_by(self._clock.difference + float(seconds))
            case "moment", words:
                self._clock.advance_to(" ".join(words))
                self._second_clock.differ_by(self._clock.difference)
                return {"done": True, "ahead": self._clock.difference}
            case "stop", _:
                raise StopRequested
        return {"done": True}

    def _signal(self, name: str, how: signal.Signals) -> bool:
        """Send a signal to a service with all its children; return whether it was there to get it."""
        try:
            if pid := self.supervisor.process_ids().get(name):
                os.killpg(pid, how)
                return True
        except ProcessLookupError:
            pass
        return False

    def _signal_child(self, name: str, how: signal.Signals) -> bool:
        """Send a signal to one of a service's children, SIGCONT to all of them; return whether it was there."""
        try:
            children = psutil.Process(self.supervisor.process_ids().get(name) or -1).children()
            for child in children if how is signal.SIGCONT else [random.choice(children)]:  # noqa: S311
                os.kill(child.pid, how)
        except (psutil.Error, ValueError, IndexError, ProcessLookupError):
            return False
        return True

    def _say(self, message: dict[str, object]) -> None:
        self._answers.write(f"{json.dumps(message)}\n")
        self._answers.flush()

    @property
    def _answers(self) -> "_Answers":
        return _ANSWERS


class _Answers:
    """Standard output, which the console's own lines do not share."""

    def __init__(self) -> None:
        self._file = os.fdopen(os.dup(1), "w")
        os.dup2(2, 1)

    def write(self, text: str) -> None:
        """Write to whoever has started us."""
        self._file.write(text)

    def flush(self) -> None:
        """Send it."""
        self._file.flush()


_ANSWERS = _Answers()


def main() -> int:
    """Serve until told to stop; give the exit code."""
    os.umask(0o077)
    processes.CALM, processes.LONGEST_PAUSE = 1.0, 2.0  # what is killed on purpose comes back at once
    server.READY_SECONDS = services.READY_SECONDS = 900.0  # a machine may have much else to do
    given = {name: value for name, value in os.environ.items() if value}
    portal = FaultPortal(Path(given["DATA_DIR"]), given)
    try:
        portal.serve()
    except StopRequested:
        return 0
    except Failed as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    finally:
        portal.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
