"""Test rig of the faults: a portal's process, the pipe into it, the sandbox, the mail server, and timers."""

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from script.lib import releases
from script.lib.fault_people import Notes
from script.lib.fault_plan import MOODS
from script.lib.fault_sinks import MailSink, PushSink
from script.lib.network import free_port
from script.lib.processes import Failed

ROOT = Path(__file__).resolve().parents[2]
CALM: dict[str, Any] = {"processing_seconds": [0.2, 1.5], "hang_seconds": 4}
PATIENCE = 600.0  # seconds: a machine may have much else to do
SERVE = "from script.lib import fault_inside; fault_inside.serve()"
SENDERS, CONNECTIONS = 2, 4  # workers that send, and calls side by side of each
VARIABLES = {
    "ENGINE_LEASE": "7", "MDOKUMENTY_TIMEOUT": "2", "ENGINE_CONNECTIONS": str(CONNECTIONS), "WEB_CONCURRENCY": "2",
    "DEMO_DATA": "false", "MOST_ENDINGS": "1000000", "ORDERS_PER_HOUR": "100000", "IDLE_END": "86400",
    "ELIGIBILITY_RULES": "els", "ENVIRONMENT": "development",
}  # fmt: skip


class FaultRig:
    """A portal of its own with the servers beside it; it starts at the local time `start`, or at that of the machine.

    With `beside_release` half of its processes run the code of the release before, after each deploy another half.
    """

    def __init__(self, folder: Path, start: str = "", *, beside_release: bool = False) -> None:
        self.folder, self.notes, self.mail, self.push = folder, Notes(), MailSink(), PushSink()
        port, sandbox = free_port(), free_port()
        self.url, self.sandbox = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{sandbox}"
        kept = {
            name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}
        }
        self.environment = (
            kept
            | VARIABLES
            | {
                "DATA_DIR": str(folder / "var"),
                "REFERENCES_FILE": str(folder / "references.log"),
                "PORT": str(port),
                "SANDBOX_PORT": str(sandbox),
                "EMAIL_URL": f"smtp://127.0.0.1:{self.mail.port}",
                "PUSH_SERVICES": self.push.origin,
                "FAULTS_FROM": start,
                "RELEASE_BEFORE": str(folder / "release"),
            }
        )
        (folder / "var").mkdir()
        self._before = folder / "release" if beside_release else None
        self.foreign = list[str]()  # references of documents that were ordered by another way
        self.done: Counter[str] = Counter()
        self._timers: list[threading.Timer] = []
        self._lock, self._inside_lock = threading.Lock(), threading.Lock()
        self.http = httpx.Client(timeout=20, trust_env=False)
        self._inside: subprocess.Popen[str] | None = None

    def start(self, database: Path | None = None) -> None:
        """Start everything, from a copy of a PostgreSQL's data if that is given. Raises Failed."""
        if database is not None:
            subprocess.run(["/bin/cp", "-a", database, self.folder / "var" / "postgres"], check=True)
        if self._before:
            releases.unpack(self._before)
        self.mail.start()
        self.push.start()
        with (self.folder / "portal.log").open("wb") as log:
            self._portal = subprocess.Popen(
                [sys.executable, "-m", "script.lib.fault_portal"],
                cwd=ROOT, env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
            )  # fmt: skip
        said = self._portal.stdout.readline() if self._portal.stdout else ""
        if not said:
            raise Failed((self.folder / "portal.log").read_text()[-3000:])
        self.addresses = json.loads(said)
        self.environment |= self.addresses["inside"]
        self.notes.ahead = timedelta(seconds=self.addresses["ahead"])
        self.behave()
        self.photo = self.ask("portrait")

    @property
    def beside_release(self) -> bool:
        """Say whether the release before runs in it, too."""
        return self._before is not None

    def begin(self, moment: str = "") -> None:
        """Begin to count anew what people do, and what is broken; who was there and what was ordered stays.

        All clocks go on to the local moment, if one is given.
        """
        if moment:
            self.notes.ahead = timedelta(seconds=self._answer_to("moment", moment)["ahead"])
        self.notes, self.done = Notes(ahead=self.notes.ahead), Counter()

    def stop(self) -> None:
        """End everything."""
        self.cancel_timers()
        if self._inside is not None:
            self._inside.kill()
        if hasattr(self, "_portal"):
            try:
                if self._portal.stdin:
                    self._portal.stdin.close()
                self._portal.wait(40)
            except (OSError, subprocess.TimeoutExpired):
                self._portal.kill()
        self.mail.stop()
        self.push.stop()
        self.http.close()

    # Talking

    def ask(self, name: str, *arguments: Any, seconds: float = PATIENCE) -> Any:
        """Call a function of `fault_inside`, again while the database is away. Raises Failed after so long."""
        end = time.monotonic() + seconds
        while True:
            with self._inside_lock:
                said = self._ask(name, arguments)
            if said is not None and "said" in said:
                return said["said"]
            if time.monotonic() > end or (said and said["failed"] in _DEFINITE):
                raise Failed(f"{name}: {said and said['failed']}")
            time.sleep(0.5)

    def _ask(self, name: str, arguments: tuple[Any, ...]) -> dict[str, Any] | None:
        if self._inside is None or self._inside.poll() is not None:
            with (self.folder / "inside.log").open("ab") as log:
                self._inside = subprocess.Popen(
                    [ROOT / "script" / "manage", "shell", "--verbosity=0", "--command", SERVE],
                    env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
                )  # fmt: skip
        if self._inside.stdin is None or self._inside.stdout is None:
            return None
        try:
            self._inside.stdin.write(f"{json.dumps([name, *arguments])}\n")
            self._inside.stdin.flush()
            line = self._inside.stdout.readline()
        except BrokenPipeError:
            line = ""
        return dict(json.loads(line)) if line else None

    def command(self, *words: str) -> bool:
        """Give a command to the process of `script.lib.fault_portal`; return whether it was carried out."""
        return bool(self._answer_to(*words).get("done"))

    def _answer_to(self, *words: str) -> dict[str, Any]:
        with self._lock:
            if self._portal.stdin is None or self._portal.stdout is None or self._portal.poll() is not None:
                raise Failed("the portal's process has ended")
            self._portal.stdin.write(" ".join(words) + "\n")
            self._portal.stdin.flush()
            return dict(json.loads(self._portal.stdout.readline() or "{}"))

    def behave(self, mood: str = "", wire: str | None = None) -> None:
        """Have mDokumenty be in a mood, well without one; or the wire."""
        for _try in range(20):
            try:
                if wire is None:
                    behaviour = CALM | MOODS.get(mood, {})
                    self.http.put(f"{self.sandbox}/sandbox/behaviour", json=behaviour).raise_for_status()
                else:
                    self.http.put(f"{self.addresses['wire']}/wire", content=wire).raise_for_status()
                return
            except httpx.HTTPError:  # it is being started again
                time.sleep(0.3)

    def ledger(self) -> list[dict[str, Any]]:
        """Return every order that mDokumenty has, with its history."""
        for _try in range(40):
            try:
                found = self.http.get(f"{self.sandbox}/sandbox/ledger").json()["orders"]
                return list(found)
            except (httpx.HTTPError, ValueError):
                time.sleep(0.5)
        raise Failed("the sandbox does not answer")

    # Timers

    def later(self, seconds: float, do: Callable[..., object], *arguments: Any) -> None:
        """Do something in so many seconds, unless `cancel_timers` comes first."""
        timer = threading.Timer(seconds, do, arguments)
        timer.daemon = True
        timer.start()
        self._timers.append(timer)

    def cancel_timers(self) -> None:
        """Do nothing more of what `later` has put off."""
        for timer in self._timers:
            timer.cancel()


_DEFINITE = {"NotAllowed", "NotEligible", "AlreadyOrdered"}  # no use in asking again
