"""A release that runs: its processes on a database, a Redis and a folder of data that another release may share."""

import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from tests.waiting import wait_until

QUEUES = "send,poll,celery,jobs,emails,messages,push,webhooks"
START = 300.0  # seconds; the machine may be busy


class Release:
    """The code in a folder, and the processes that run it."""

    def __init__(self, name: str, code: Path, environment: Mapping[str, str], logs: Path) -> None:
        self.name, self._code, self._environment, self._logs = name, code, dict(environment), logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def manage(self, *arguments: str) -> str:
        """Run manage.py to its end and return what it says. Raises AssertionError where it fails."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=self._code, env=self._environment, capture_output=True, text=True, check=False, timeout=600,
        )  # fmt: skip
        self._log(arguments[0]).write_text(done.stderr)
        assert done.returncode == 0, f"{self.name}: {arguments}\n{done.stdout}{done.stderr}"
        return done.stdout

    def prepare(self) -> None:
        """Bring database and static files to what this release asks for, side by side."""
        with ThreadPoolExecutor() as pool:
            steps = [
                pool.submit(self.manage, step, "--no-input", "--verbosity=0")
                for step in ("migrate", "collectstatic")
            ]
        for step in steps:
            step.result()

    def start_web(self, port: int) -> None:
        """Start the web, and wait until it says that it can serve."""
        options = ("--config", "python:mlegitymacja_portal.gunicorn", "--bind", f"127.0.0.1:{port}")
        self._start("web", "gunicorn", *options, "mlegitymacja_portal.wsgi")

        def is_ready() -> bool:
            try:
                return httpx.get(f"http://127.0.0.1:{port}/health/ready", trust_env=False).is_success
            except httpx.HTTPError:
                return False

        wait_until(is_ready, START, self.logs)

    def start_worker(self) -> None:
        """Start one worker for all queues, with beat in it."""
        options = ("--beat", "--schedule", str(self._log("beat").with_suffix("")), "--pool=threads")
        names = (f"--hostname={self.name}@%h", f"--queues={QUEUES}", "--concurrency=8", "--without-mingle")
        self._start("worker", "celery", "--app", "mlegitymacja_portal", "worker", *options, *names)

    def stop(self, *names: str) -> None:
        """Tell processes to end, as a deploy does, and wait until they have; all of them without names."""
        chosen = [self._running.pop(name) for name in names or tuple(self._running)]
        for process in chosen:
            process.terminate()
        for process in chosen:
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise

    def logs(self) -> str:
        """Return what all its processes have written."""
        files = sorted(self._logs.glob(f"{self.name}-*.log"))
        return "\n".join(f"== {file.name}\n{file.read_text(errors='replace')}" for file in files)

    def _start(self, name: str, *module_and_options: str) -> None:
        with self._log(name).open("ab") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, "-m", *module_and_options],
                cwd=self._code, env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

    def _log(self, name: str) -> Path:
        return self._logs / f"{self.name}-{name}.log"
