"""The sandbox as a real process, for every test that needs an mDokumenty to talk to."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

ROOT = Path(__file__).resolve().parents[2]
START_TIMEOUT = 60  # seconds
ANSWER_TIMEOUT = 60  # seconds; a hanging answer is meant to be longer than a client's timeout, not than this


class Sandbox:
    """A sandbox of its own: `with Sandbox() as sandbox: …`.

    `data` is the SQLite file in which it survives a restart. After `stop` or `kill`, `start` brings it back
    at the same address, so that an outage can be played.
    """

    def __init__(self, data: Path | None = None, *, host: str = "127.0.0.1", portal: str = "") -> None:
        self.data = data
        self.portal = portal
        self.host = host
        self.port = 0
        self.log = Path(tempfile.mkstemp(prefix="sandbox-", suffix=".log")[1])
        self._process: subprocess.Popen[bytes] | None = None
        self._http = httpx.Client(timeout=ANSWER_TIMEOUT, trust_env=False)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._http.close()
        self.log.unlink(missing_ok=True)

    # The process

    @property
    def url(self) -> str:
        """Its base address, without a slash at the end."""
        return f"http://{self.host}:{self.port}"

    @property
    def pid(self) -> int:
        """The process id of a running sandbox."""
        assert self._process is not None, "the sandbox is not running"
        return self._process.pid

    def start(self) -> None:
        """Start it on a free port (the same as before, if there was one) and wait until it answers."""
        command = [sys.executable, "-m", "mdocs.sandbox", "--host", self.host, "--port", str(self.port)]
        if self.data:
            command += ["--data", str(self.data)]
        if self.portal:
            command += ["--portal", self.portal]
        seen = self.log.stat().st_size
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        deadline = time.monotonic() + START_TIMEOUT
        while not (announced := re.search(r"http://\S+:(\d+)/", self.log.read_text()[seen:])):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"the sandbox did not start:\n{self.log.read_text()}")
            time.sleep(0.02)
        self.port = int(announced[1])
        self.behaviour()

    def stop(self) -> int:
        """End it with SIGTERM; returns its exit code."""
        return self._end(kill=False)

    def kill(self) -> int:
        """End it with SIGKILL; returns its exit code."""
        return self._end(kill=True)

    def _end(self, *, kill: bool) -> int:
        if self._process is None:
            return 0
        process, self._process = self._process, None
        process.kill() if kill else process.terminate()
        try:
            return process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise

    # Its doors

    def ledger(self) -> dict[str, Any]:
        """Return everything that happened there: `orders` and `calls`."""
        return self._json("GET", "/sandbox/ledger")

    def orders(self) -> list[dict[str, Any]]:
        """Return the orders of the ledger, the oldest first."""
        return list(self.ledger()["orders"])

    def behaviour(self) -> dict[str, Any]:
        """Return how it behaves."""
        return self._json("GET", "/sandbox/behaviour")

    def behave(self, **members: Any) -> dict[str, Any]:
        """Set how it behaves; what is not named takes its default."""
        return self._json("PUT", "/sandbox/behaviour", members)

    def reset(self) -> None:
        """Empty the ledger and behave by default."""
        self.behave()
        self._http.delete(f"{self.url}/sandbox/ledger").raise_for_status()

    def activate(self, qr_token: str, activation_code: str) -> dict[str, Any]:
        """Bring the document onto the phone and return it; `httpx.HTTPStatusError` if the phone refuses."""
        codes = {"qr_token": qr_token, "activation_code": activation_code}
        return self._json("POST", "/sandbox/phone/activate", codes)

    def verify(self, qr_token: str) -> dict[str, Any]:
        """Return what an inspector sees: `valid`, `reason`, and the document if there is one."""
        return self._json("POST", "/sandbox/verify", {"qr_token": qr_token})

    def _json(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        answer = self._http.request(method, self.url + path, json=body)
        answer.raise_for_status()
        return dict(answer.json())
