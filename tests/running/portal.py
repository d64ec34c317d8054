"""script/server as a person would start it, and what can be seen of it from outside."""

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from script.lib.network import free_port
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
PROCESSES = {
    "postgres",
    "redis",
    "sandbox",
    "worker-send",
    "worker-poll",
    "worker-jobs",
    "worker-emails",
    "worker-notifications",
    "beat",
    "web",
}
OF_THE_TESTS = (
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "FIELD_ENCRYPTION_KEYS",
    "FIELD_INDEX_KEY",
    "ENVIRONMENT",
    "DATA_DIR",
    "DJANGO_SETTINGS_MODULE",
)


class Portal:
    """A script/server of its own on a folder and two ports, or another script that serves."""

    def __init__(self, folder: Path, script: str = "server", **variables: str) -> None:
        self.folder = folder
        self._script = ROOT / "script" / script
        self.port, self.sandbox_port = free_port(), free_port()
        self._console = folder.with_name(f"{folder.name}.console")
        self.environment = clean_environment(
            DATA_DIR=str(folder), PORT=str(self.port), SANDBOX_PORT=str(self.sandbox_port), **variables
        )
        self._seen: dict[int, psutil.Process] = {}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it in a process group of its own, as a terminal does."""
        with self._console.open("wb") as console:
            self.process = subprocess.Popen(
                [self._script],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def console(self) -> str:
        """What it has said so far."""
        return self._console.read_text()

    def wait_to_say(self, text: str, seconds: float = 120) -> None:
        """Wait until it has said a text."""

        def has_said_or_ended() -> bool:
            return text in self.console() or (self.process is not None and self.process.poll() is not None)

        wait_until(has_said_or_ended, seconds, lambda: f"not said: {text}\n{self.console()}")
        assert text in self.console(), self.console()

    def logs(self) -> str:
        """The ends of all its logs, for the one who has to find out what went wrong."""
        logs = sorted((self.folder / "log").glob("*.log"))
        return "\n".join(f"== {log.name}\n{log.read_text(errors='replace')[-3000:]}" for log in logs)

    def health(self) -> Any:
        """What /health/ready says; None when nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/ready", timeout=5) as answer:
                return json.load(answer)
        except (OSError, ValueError):
            return None

    def socket_folders(self) -> list[Path]:
        """Where its PostgreSQL and Redis listen."""
        told = json.loads((self.folder / "environment.json").read_text())
        return [
            Path(told["DATABASE_URL"].partition("host=")[2]),
            Path(told["REDIS_URL"].removeprefix("unix://")).parent,
        ]

    def find(self, name: str) -> psutil.Process | None:
        """The running process of that name, as script/server has written it down."""
        with suppress(OSError, ValueError, psutil.Error):
            leaders = json.loads((self.folder / "processes.json").read_text())
            (pid,) = (each["pid"] for each in leaders if each["name"] == name)
            process = psutil.Process(pid)
            if process.status() != psutil.STATUS_ZOMBIE:
                self.remember()
                return process
        return None

    def remember(self) -> None:
        """Remember every process there is, to look later whether one was left behind."""
        assert self.process
        server = psutil.Process(self.process.pid)
        for process in [server, *server.children(recursive=True)]:
            self._seen[process.pid] = process

    def left_behind(self) -> list[psutil.Process]:
        """Those of all processes ever seen that still run."""
        return [p for p in self._seen.values() if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]

    def end(self, signum: signal.Signals) -> float:
        """Send a signal to it alone (SIGTERM) or to its group (SIGINT, as Ctrl-C does); give the seconds it took."""
        assert self.process
        self.remember()
        begin = time.monotonic()
        if signum is signal.SIGINT:
            os.killpg(self.process.pid, signum)
        else:
            self.process.send_signal(signum)
        self.process.wait(30)
        return time.monotonic() - begin


def clean_environment(**variables: str) -> Mapping[str, str]:
    """What a person's shell has: nothing of the tests' own."""
    return {
        name: value
        for name, value in os.environ.items()
        if name not in OF_THE_TESTS and not name.startswith("PYTEST_")
    } | variables
