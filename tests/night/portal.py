"""The portal of the night: what an operator sees and does on it, and what a test needs to break it."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg.abc import QueryNoTemplate
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from script.lib.authority import Authority
from script.lib.clock import MovableClock
from script.lib.full_database import connections_taken
from tests.notifications.messages.mail_server import MailServer
from tests.notifications.push.phone import DEVICES, Phone
from tests.running.portal import ROOT, Portal
from tests.stack.stack import RunningSandbox, Stack
from tests.stack.visitor import ORDER, Visitor
from tests.waiting import PATIENCE, wait_until

CELERY = ("-m", "celery", "--app", "mlegitymacja_portal")
Found = tuple[str, str]  # status, subject


class _PhoneOf(Phone):
    """Phone whose push service answers as `Night.serve` says."""

    def answer_with(self, status: int, **headers: str) -> None:
        """Leave that to others."""


class Night(Stack):
    """A portal that runs, with servers around it that can be switched off."""

    def __init__(
        self, portal: Portal, sandbox: RunningSandbox, servers: HTTPServer, mail: MailServer
    ) -> None:
        super().__init__(portal, sandbox)
        self.servers, self.mail = servers, mail
        self.answers: dict[str, int] = {}  # of a path of `servers`: its status

    # ── What an operator sees ─────────────────────────────────────────────────────────────────────────────
    def alarms(self, kind: str) -> set[Found]:
        """Return the open alarms of a kind."""
        rows = self.ask(
            "SELECT status, subject FROM operations_alarm WHERE gone_at IS NULL AND kind = %s", kind
        )
        return {(str(status), str(subject)) for status, subject in rows}

    def component(self, kind: str) -> str:
        """Return what /health/ready says of a component; nothing where nobody answers."""
        with suppress(Exception):
            answer = self.http.get(f"{self.url}/health/ready", timeout=20)
            return str(answer.json()["components"].get(kind, ""))
        return ""

    @property
    def http(self) -> Any:
        """Return a client for what has no page."""
        return self.sandbox._http

    def doctor(self, **environment: str) -> set[str]:
        """Return the lines of the runbook that the doctor names."""
        said = self.run("doctor", "--json", **environment).stdout
        checks = json.loads(said[said.index("{") :])["checks"]
        return {finding["runbook"] for check in checks for finding in check["findings"]}

    # ── What an operator does ─────────────────────────────────────────────────────────────────────────────
    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command of manage.py."""
        return subprocess.run(
            [ROOT / "script" / "manage", *command],
            env={**self.portal.environment, **environment},
            capture_output=True,
            text=True,
            timeout=300,
        )

    def python(self, code: str) -> str:
        """Do by a shell of manage.py what the office does by a button."""
        done = self.run("shell", "--verbosity=0", "--command", code)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def call(self, task: str) -> None:
        """Have a periodic task run now."""
        self.python(f"from celery import current_app; current_app.send_task({task!r})")

    # ── What befalls it ───────────────────────────────────────────────────────────────────────────────────
    def write(self, statement: QueryNoTemplate, *parameters: object) -> int:
        """Change rows, as time or a mistake would; return how many."""
        with psycopg.connect(self._addresses["DATABASE_URL"], connect_timeout=5) as connection:
            return connection.execute(statement, parameters).rowcount

    def process(self, name: str) -> psutil.Process:
        """Return a process of script/server."""
        found = self.portal.find(name)
        assert found, f"{name} does not run"
        return found

    @contextmanager
    def frozen(self, *processes: psutil.Process) -> Iterator[None]:
        """Have processes stand still, and go on."""
        for process in processes:
            process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            for process in processes:
                with suppress(psutil.NoSuchProcess):
                    process.send_signal(signal.SIGCONT)

    @contextmanager
    def another(self, *arguments: str, clock: MovableClock | None = None) -> Iterator[int]:
        """Run one more process of the portal, until it has been told to end."""
        told = json.loads((self.portal.folder / "environment.json").read_text())
        keys = json.loads((self.portal.folder / "keys.json").read_text())
        environment = {**keys, **told, **self.portal.environment, **(clock.environment if clock else {})}
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield process.pid
        finally:
            process.terminate()
            process.wait(60)

    def connections_taken(self) -> AbstractContextManager[None]:
        """Have PostgreSQL give no connection to anybody else."""
        return connections_taken(self._addresses["DATABASE_URL"])

    # ── Servers around it, and people ─────────────────────────────────────────────────────────────────────
    def serve(self, path: str, status: int) -> str:
        """Have a server answer so from now on; return its address."""
        if path not in self.answers:

            def answer(_request: Request) -> Response:
                return Response("", self.answers[path])

            self.servers.expect_request(path).respond_with_handler(answer)
        self.answers[path] = status
        return self.servers.url_for(path)

    def certificate(self, *, days: int) -> None:
        """Put a certificate in the place of the portal's, valid for so many days."""
        self.certificate_in(self.portal.folder.parent, days=days)

    @staticmethod
    def certificate_in(place: Path, *, days: int) -> None:
        """Put a certificate and its key where `variables` says that the portal's are."""
        folder = place / f"authority-{days}-{len(list(place.iterdir()))}"
        issued = Authority.new(folder, last_day=days + 1).issue("portal", last_day=days)
        for name, new in zip(("our.pem", "our.key"), issued, strict=True):
            Path(new).replace(place / name)

    def order(self, number: int = 1) -> Sequence[Visitor]:
        """Have students order; return them."""
        students = self.students(number)
        for student in students:
            student.press(ORDER)
        return students

    def with_phone(self, path: str) -> Visitor:
        """Return a student whose phone is told what happens, at a push service of this path."""
        (student,) = self.students(1)
        student.look("/dla-studentow/wiadomosci/ustawienia/")
        token = student.http.cookies["csrftoken"]
        phone = _PhoneOf(self.servers, path)
        answer = student.http.post(DEVICES, data=phone.subscription, headers={"X-CSRFToken": token})
        assert answer.status_code == 204
        return student

    def wait_for(self, query: QueryNoTemplate, *parameters: object) -> None:
        """Wait until a query has an answer."""
        wait_until(lambda: self.ask(query, *parameters), PATIENCE, self.describe)


def variables(folder: Path, mail: MailServer, servers: HTTPServer) -> Mapping[str, str]:
    """Return the settings of the portal: its certificate, mail and push are those of the test."""
    return {
        "ADMINS": "admin@example.edu",
        "DEMO_DATA": "false",
        "EMAIL_URL": f"smtp://127.0.0.1:{mail.port}",
        "ENGINE_LEASE": "6",
        "MDOKUMENTY_TIMEOUT": "1.5",
        "MDOKUMENTY_CERTIFICATE": str(folder / "our.pem"),
        "MDOKUMENTY_KEY": str(folder / "our.key"),
        "MOST_ENDINGS": "2",
        "MOST_ENDINGS_SHARE": "0",
        "PUSH_SERVICES": servers.url_for("").rstrip("/"),
        "REFERENCES_FILE": str(folder / "references.log"),
    }
