"""Fork server: a process that has loaded the portal once, and from which its workers, beat and web fork.

Each of them would load the portal by itself for some seconds of CPU, and keep a copy of it of 100 MB. Forked, they
share what they have in common. The fork server does nothing else and holds no connection: the system checks, the
connections and all that a program does at its start happen in each of them, as always.

`python -m script.lib.forkserver SOCKET` takes a connection for each start: a line of JSON with a name, the module that
is to be run, its options, and its log; it answers with the number of the process, which is the child of who started us.
Only for Linux, where a process can take over others' children.
"""

import gc
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing, suppress
from importlib import import_module
from pathlib import Path

from script.lib.processes import PR_SET_PDEATHSIG, Failed, Service, Supervisor, prctl

PATIENCE = 120.0  # seconds; the machine may be busy
PR_SET_NAME = 15  # linux/prctl.h
# What the programs load of their own libraries when they start.
PROGRAMS = (
    "celery.apps.beat",
    "celery.apps.worker",
    "celery.bin.celery",
    "celery.concurrency.prefork",
    "celery.concurrency.thread",
    "celery.worker.consumer",
    "gunicorn.app.wsgiapp",
    "gunicorn.workers.gthread",
    "kombu.transport.redis",
)


class Adopted(subprocess.Popen[bytes]):
    """Process that another has started for us, and that is our child since that one ended."""

    def __init__(self, pid: int) -> None:
        self.pid, self.args = pid, ()
        self.returncode: int | None = None

    def __del__(self) -> None:
        """Leave it: whoever looks after it waits for it."""

    def poll(self) -> int | None:
        """Return its exit code, None while it runs."""
        if self.returncode is None:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            if ended:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end and return its exit code."""
        end = time.monotonic() + (PATIENCE if timeout is None else timeout)
        while (code := self.poll()) is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired([str(self.pid)], PATIENCE)
            time.sleep(0.02)
        return code

    def send_signal(self, sig: int) -> None:
        """Send it a signal, if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, sig)


class ForkingSupervisor(Supervisor):
    """Supervisor whose services fork from a fork server, where one has been named for them."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        super().__init__(folder, environment)
        # By the name of a service: its fork server, and what says whether it has the code that is to be run.
        self.fork_servers: dict[str, tuple[Path, Callable[[], bool]]] = {}

    def load_portal(self, place: Path, services: Iterable[str], *, seconds: float) -> None:
        """Have the portal be loaded once, for these services when they start.

        Elsewhere than on Linux, and where it cannot be loaded, each loads it by itself, and says why it could not.
        Raises Failed where it takes longer than `seconds`.
        """
        if prctl:
            server = self.start_fork_server("forkserver", place)
            self.wait_for("forkserver", lambda: place.exists() or server.poll() is not None, seconds)
            if server.poll() is None:
                self.fork_servers |= dict.fromkeys(services, (place, lambda: True))
            else:
                self.end("forkserver")

    def start_fork_server(self, name: str, place: Path, *environment: str | Path) -> subprocess.Popen[bytes]:
        """Start a fork server that listens at `place`; a command like env(1) may stand before it."""
        place.unlink(missing_ok=True)
        command = (*environment, sys.executable, "-m", "script.lib.forkserver", place)
        return self.start(Service(name, command))

    def _spawn(self, service: Service) -> subprocess.Popen[bytes]:
        place, has_its_code = self.fork_servers.get(service.name, (None, None))
        if place and has_its_code and has_its_code():
            with suppress(OSError, Failed):  # it was killed, too; the service's own start takes longer
                return fork(place, service, self.log(service.name))
        return super()._spawn(service)


def fork(place: Path, service: Service, log: Path) -> Adopted:
    """Have a fork server start a service, whose command runs a module. Raises OSError and Failed where it does not
    answer."""
    words = [str(word) for word in service.command]
    module, *options = words[words.index("-m") + 1 :]
    with closing(socket.socket(socket.AF_UNIX)) as server:
        server.settimeout(PATIENCE)
        server.connect(str(place))
        server.sendall(json.dumps([service.name, module, options, str(log)]).encode() + b"\n")
        said = server.makefile().readline()
    if not said:
        raise Failed("the fork server did not answer")
    return Adopted(int(said))


def main(place: str) -> None:
    """Load the portal, serve, and become each program that is asked for."""
    _load()
    Path(place).unlink(missing_ok=True)
    with closing(socket.socket(socket.AF_UNIX)) as door:
        door.bind(place)
        door.listen()
        name, module, options, log = _serve(door)
    with Path(log).open("ab") as file, Path(os.devnull).open() as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    if prctl:
        prctl(PR_SET_NAME, name.encode())  # which ps and top show
    sys.argv = [module, *options]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _load() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlegitymacja_portal.settings")
    import django

    for module in PROGRAMS:
        import_module(module)
    django.setup()
    from mlegitymacja_portal.celery import app

    import_module("mlegitymacja_portal.urls")

    app.loader.import_default_modules()
    gc.collect()
    gc.freeze()  # so that its children share what it has


def _serve(door: socket.socket) -> tuple[str, str, list[str], str]:
    """Serve in this process; return, in each child, what it is to run."""
    while True:
        asked, _address = door.accept()
        with closing(asked):
            line = asked.makefile().readline()
            if not line:
                continue
            reading, writing = os.pipe()
            between = os.fork()  # ends at once, so that the child goes to who started us
            if between == 0:
                between = os.getpid()
                child = os.fork()
                if child:
                    os.write(writing, str(child).encode())
                    os._exit(0)
                os.close(reading)
                os.close(writing)
                _detach(between)
                name, module, options, log = json.loads(line)
                return name, module, options, log
            os.waitpid(between, 0)
            asked.sendall(os.read(reading, 32) + b"\n")
            os.close(reading)
            os.close(writing)


def _detach(between: int) -> None:
    os.setsid()
    while os.getppid() == between:
        time.sleep(0.001)
    if prctl:
        prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))


if __name__ == "__main__":
    main(sys.argv[1])
