"""The whole running portal, as seen by whoever runs it: its processes, its stores, and mDokumenty's ledger."""

import json
import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import psutil
import psycopg
import redis
from psycopg.abc import QueryNoTemplate

from tests.mdocs.sandbox_process import Sandbox
from tests.running.portal import PROCESSES, ROOT, Portal
from tests.stack import newcomers
from tests.stack.visitor import Visitor
from tests.waiting import PATIENCE, wait_until

Row = tuple[Any, ...]
CALM = {"processing_seconds": [0.2, 0.5]}
SERVE = "from tests.stack import newcomers; newcomers.serve()"


class RunningSandbox(Sandbox):
    """The sandbox that script/server has started: only its doors are used."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.port = port

    def start(self) -> None:
        """Do nothing: it runs, and script/server looks after it."""


class Stack:
    """A portal that runs, students who may order in it, and the means to break it."""

    def __init__(self, portal: Portal, sandbox: Sandbox) -> None:
        self.portal = portal
        self.sandbox = sandbox
        self.url = f"http://127.0.0.1:{portal.port}"
        self._addresses = json.loads((portal.folder / "environment.json").read_text())
        self._newcomers: list[dict[str, str]] = []
        self._inside: subprocess.Popen[str] | None = None

    # ── People ────────────────────────────────────────────────────────────────────────────────────────────
    def invite(self, count: int) -> None:
        """Make students who meet every condition and have ordered nothing yet; once in the life of a portal."""
        self._newcomers += self.manage("make", count)

    def students(self, count: int) -> list[Visitor]:
        """Give students who have ordered nothing yet, signed in; nobody else is given the same."""
        assert len(self._newcomers) >= count, "more students are wanted than were made"
        return [Visitor(self.url, **self._newcomers.pop()) for _ in range(count)]

    def manage(self, name: str, *arguments: object) -> list[Any]:
        """Call a function of `newcomers` inside the portal, and give what it writes."""
        if self._inside is None:
            self._inside = subprocess.Popen(
                [ROOT / "script" / "manage", "shell", "--verbosity=0", "--command", SERVE],
                env=self.portal.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                bufsize=1,
            )
        assert self._inside.stdin
        assert self._inside.stdout
        self._inside.stdin.write(f"{json.dumps([name, *arguments])}\n")
        written = []
        while (line := self._inside.stdout.readline().strip()) != newcomers.DONE:
            assert line, f"{name} has failed"
            written.append(json.loads(line))
        return written

    def close(self) -> None:
        """End what has been started inside the portal."""
        if self._inside:
            self._inside.communicate()

    # ── Stores ────────────────────────────────────────────────────────────────────────────────────────────
    def ask(self, query: QueryNoTemplate, *parameters: object) -> list[Row]:
        """Ask the database, on a connection of its own: PostgreSQL may have died since the last one."""
        with psycopg.connect(self._addresses["DATABASE_URL"], connect_timeout=5) as connection:
            return connection.execute(query, parameters).fetchall()

    def redis(self) -> redis.Redis:
        """Connect with Redis."""
        return redis.Redis.from_url(self._addresses["REDIS_URL"], socket_timeout=5)

    def orders(self, students: Sequence[Visitor]) -> dict[str, list[str]]:
        """Give the states of each student's orders, by album number."""
        rows = self.ask(
            "SELECT s.album_number, o.status FROM students_student s LEFT JOIN mdocs_order o ON o.student_id = s.id"
            " WHERE s.album_number = ANY(%s)",
            [student.album_number for student in students],
        )
        states: dict[str, list[str]] = {number: [] for number, _ in rows}
        for number, status in rows:
            if status is not None:
                states[number].append(status)
        return states

    def documents(self, students: Sequence[Visitor]) -> dict[str, list[str]]:
        """Give the states of each student's orders in mDokumenty's ledger, by album number."""
        states: dict[str, list[str]] = {student.album_number: [] for student in students}
        for order in self.sandbox.orders():
            if order["student_number"] in states:
                states[order["student_number"]].append(order["status"])
        return states

    def wait_until_ready(self, students: Sequence[Visitor], seconds: float = PATIENCE) -> None:
        """Wait until each student has one order, it is ready, and mDokumenty has made one document for it."""
        one_each = {student.album_number: ["ready"] for student in students}

        def explain() -> str:
            return f"{self.orders(students)}\n{self.portal.console()[-2000:]}"

        wait_until(lambda: self.orders(students) == one_each, seconds, explain)
        assert self.documents(students) == one_each

    # ── Breaking things ───────────────────────────────────────────────────────────────────────────────────
    def kill(self, name: str) -> None:
        """Kill a service with all its processes, as the kernel does when memory runs out."""
        process = self.portal.find(name)
        assert process, f"{name} does not run"
        children = process.children(recursive=True)
        os.killpg(process.pid, signal.SIGKILL)
        for child in children:
            with suppress(psutil.NoSuchProcess):
                child.kill()

    def kill_at_work(self, name: str, path: str) -> None:
        """Kill a worker at a random moment after it has begun a call to mDokumenty."""
        begun = self.calls(path)
        wait_until(lambda: self.calls(path) > begun, PATIENCE, lambda: f"no more calls of {path}")
        time.sleep(random.uniform(0, 0.5))
        self.kill(name)

    def calls(self, path: str) -> int:
        """Count the calls of a path that mDokumenty has had."""
        return Counter(call["path"] for call in self.sandbox.ledger()["calls"])[path]

    @contextmanager
    def unattended(self) -> Iterator[None]:
        """Keep script/server from starting anything again."""
        assert self.portal.process
        self.portal.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.portal.process.send_signal(signal.SIGCONT)

    def is_well(self) -> bool:
        """Say whether everything runs and mDokumenty is spoken to."""
        return (self.portal.health() or {}).get("status") == "ok" and self._all_run()

    def describe(self) -> str:
        """Return what health, the console and the ends of the logs say."""
        return f"{self.portal.health()}\n{self.portal.console()}\n{self.portal.logs()}"

    def _all_run(self) -> bool:
        return all(self.portal.find(name) for name in PROCESSES)

    def breaker(self) -> str:
        """Give the state of the breaker of what is sent."""
        return str(self.ask("SELECT state FROM mdocs_breaker WHERE lane = 'send'")[0][0])
