"""Fork server of the faults: a process that has loaded the portal, and has others fork from it.

A worker that starts loads the portal for some seconds of CPU. Where one is killed every few seconds, two cores would
do little else, so it forks from this process, which does nothing else and holds no connection. The system checks, the
connections and all that a worker itself does at its start happen in each of them, as always.

`python -m script.lib.fault_forkserver SOCKET` takes a connection for each start: a line of JSON with the module
that is to be run, its options, and its log; it answers with the number of the process, which is the child of who
started us.
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
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from script.lib.processes import PR_SET_PDEATHSIG, Failed, prctl

PATIENCE = 120.0  # seconds; the machine may be busy


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


def fork(place: Path, module: str, options: Sequence[str], log: Path) -> Adopted:
    """Have a fork server start a program. Raises OSError where it does not answer."""
    with closing(socket.socket(socket.AF_UNIX)) as server:
        server.settimeout(PATIENCE)
        server.connect(str(place))
        server.sendall(json.dumps([module, list(options), str(log)]).encode() + b"\n")
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
        module, options, log = _serve(door)
    with Path(log).open("ab") as file, Path(os.devnull).open() as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.argv = [module, *options]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _load() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlegitymacja_portal.settings")
    import django
    import gunicorn.app.wsgiapp
    import gunicorn.workers.gthread  # noqa: F401

    django.setup()
    import mlegitymacja_portal.urls  # noqa: F401
    from mlegitymacja_portal.celery import app

    app.loader.import_default_modules()
    gc.collect()
    gc.freeze()  # so that its children share what it has


def _serve(door: socket.socket) -> tuple[str, list[str], str]:
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
                module, options, log = json.loads(line)
                return module, options, log
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
