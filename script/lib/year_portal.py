"""Portal with a clock that can be moved, as the year drives it: its server, its inside, its sandbox."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from script.lib.clock import MovableClock
from script.lib.network import free_port
from script.lib.processes import Failed

ROOT = Path(__file__).resolve().parents[2]
READY = "is ready"
MOODS: dict[str, dict[str, Any]] = {
    "well": {"processing_seconds": [0, 1]},
    "away": {"processing_seconds": [0, 1], "outage": True},
    "slow": {"processing_seconds": [20, 40], "latency_seconds": [1, 3]},
}
PATIENCE = 300  # seconds
SESSION = timedelta(minutes=20)  # after which somebody signs in again; unused, staff's end after 30 minutes
SERVE = "from script.lib import year_inside; year_inside.serve()"


class Portal:
    """A script/server of its own; `clock` is that of all its processes."""

    def __init__(self, folder: Path, clock: MovableClock, rules: str) -> None:
        self.clock, self._log = clock, folder / "server.log"
        port, sandbox = free_port(), free_port()
        self.folder, self._url = folder, f"http://127.0.0.1:{port}"
        self._sandbox = f"http://127.0.0.1:{sandbox}"
        self._environment = (
            os.environ
            | clock.environment
            | {
                "DATA_DIR": str(folder / "var"),
                "ELIGIBILITY_RULES": rules,
                # The clock leaps over weeks here, of which the brake of the sweep would ask somebody first.
                "MOST_ENDINGS": "1000000",
                "PORT": str(port),
                "SANDBOX_PORT": str(sandbox),
                "PYTHONDONTWRITEBYTECODE": "1",
            }
        )
        with self._log.open("wb") as log:
            self._server = subprocess.Popen(
                [ROOT / "script" / "server"], env=self._environment, stdout=log, stderr=log
            )
        self._inside: subprocess.Popen[str] | None = None
        # One for all calls: making a client takes longer than a call.
        self._http = httpx.Client(timeout=60, trust_env=False)
        self._signed_in: dict[str, tuple[datetime, dict[str, str]]] = {}

    def wait(self) -> None:
        """Wait until it serves. Raises Failed with its log if it does not."""
        end = time.monotonic() + PATIENCE
        while READY not in self._log.read_text():
            if self._server.poll() is not None or time.monotonic() > end:
                raise Failed(self._log.read_text())
            time.sleep(0.5)
        self._inside = subprocess.Popen(
            [ROOT / "script" / "manage", "shell", "--verbosity=0", "--command", SERVE],
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def stop(self) -> None:
        """End what was started here."""
        self._http.close()
        for process in (self._inside, self._server):
            if process is not None:
                process.send_signal(signal.SIGTERM)
        try:
            self._server.wait(40)
        except subprocess.TimeoutExpired:
            self._server.kill()

    def ask(self, name: str, *arguments: Any, **options: Any) -> Any:
        """Call a function of `year_inside` in the portal. Raises Failed where it raised."""
        inside = self._inside
        if inside is None or inside.stdin is None or inside.stdout is None:
            raise Failed("the portal does not serve yet")
        inside.stdin.write(f"{json.dumps([name, arguments, options])}\n")
        inside.stdin.flush()
        if not (line := inside.stdout.readline()):
            raise Failed(f"{name} has failed")
        return json.loads(line)

    def manage(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a command of the portal."""
        command: list[str | Path] = [ROOT / "script" / "manage", *arguments]
        return subprocess.run(command, env=self._environment, capture_output=True, text=True, check=False)

    def wait_for(self, what: Any, seconds: float = 30) -> bool:
        """Wait until something is so; return whether it came to be in time."""
        end = time.monotonic() + seconds
        while not (done := what()) and time.monotonic() < end:
            time.sleep(0.3)
        return bool(done)

    def read(self, path: str, login: str, language: str = "pl") -> str:
        """Return what somebody's browser shows at an address of the portal. Raises Failed where it shows an error."""
        signed_in, cookies = self._signed_in.get(login, (None, {}))
        if signed_in is None or not signed_in <= self.clock.now() < signed_in + SESSION:
            signed_in, cookies = self._signed_in[login] = self.clock.now(), self.ask("sign_in", login)
        sent = "; ".join(f"{name}={value}" for name, value in (cookies | {"language": language}).items())
        answer = self._http.get(f"{self._url}{path}", headers={"Cookie": sent})
        self._http.cookies.clear()  # of several browsers
        if answer.status_code != httpx.codes.OK:
            raise Failed(f"{path} answers {login} with {answer.status_code}")
        return answer.text

    # mDokumenty

    def mdokumenty_is(self, mood: str) -> None:
        """Have mDokumenty be well, away or slow."""
        self._call("PUT", "/sandbox/behaviour", MOODS[mood])

    def documents(self, number: str | None = None) -> list[dict[str, Any]]:
        """Return what mDokumenty has, the oldest first; of one student number, or of all."""
        found = self._call("GET", "/sandbox/ledger")["orders"]
        return [it for it in found if number in {None, it["student_number"]}]

    def collect(self, document: dict[str, Any]) -> None:
        """Bring a document onto a phone."""
        codes = {name: document[name] for name in ("qr_token", "activation_code")}
        self._call("POST", "/sandbox/phone/activate", codes)

    def is_valid(self, document: dict[str, Any]) -> bool:
        """Return what an inspector sees."""
        return bool(self._call("POST", "/sandbox/verify", {"qr_token": document["qr_token"]})["valid"])

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._http.request(method, f"{self._sandbox}{path}", json=body)
        answer.raise_for_status()
        return answer.json()


@contextmanager
def portal(rules: str, begin: str) -> Iterator[Portal]:
    """Start a portal whose clock shows `begin`, and end it."""
    folder = Path(tempfile.mkdtemp(prefix="mlegitymacja-year-"))
    folder.chmod(0o755)  # PostgreSQL may run as another user
    clock = MovableClock(folder)
    clock.move_to(begin)
    running = Portal(folder, clock, rules)
    try:
        running.wait()
        yield running
    finally:
        running.stop()
        shutil.rmtree(folder, ignore_errors=True)
        sys.stdout.flush()
