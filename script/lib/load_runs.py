"""Loads that script/bench runs when they are asked for by name: what is started around each, and in which order."""

import argparse
import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from script.lib import pooler
from script.lib.network import Address, answers, free_port
from script.lib.processes import Failed, Service, Supervisor
from script.lib.server import WORKERS, worker_options
from script.lib.services import postgres_account
from script.lib.sockets import DATABASE, socket_folder

PYTHON = sys.executable
CELERY = (PYTHON, "-m", "celery", "--app", "mlegitymacja_portal")
LATENCIES = (0.0, 0.3)  # seconds in which mDokumenty answers, with the backlog
LONG = 120.0  # seconds that mDokumenty takes for an order, with the questions
LONG_IN_SHORT = 3.0  # the same, to see that it works
OF_EACH_MACHINE = ("send", "poll")
PLACED = 260  # orders of a machine, and visitors


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add an option for each load."""
    loads = parser.add_argument_group("loads, measured instead of everything else, and not against a floor")
    loads.add_argument(
        "--backlog", type=int, metavar="COUNT", help="so many orders that wait when workers start"
    )
    loads.add_argument("--questions", type=int, metavar="COUNT", help="so many orders that take two minutes")
    loads.add_argument("--memory", type=float, metavar="MINUTES", help="memory of each process under load")
    loads.add_argument(
        "--machines", type=int, nargs="+", metavar="COUNT", help="so many machines, one after another"
    )
    loads.add_argument(
        "--bulk", type=int, metavar="COUNT", help="cards extended and a cohort ordered for, in bulk"
    )


def run(supervisor: Supervisor, folder: Path, options: argparse.Namespace) -> int | None:
    """Run the loads that were asked for and give their exit code; None where there were none."""
    loads = Loads(supervisor, folder, short=options.short)
    asked = ("backlog", "questions", "memory", "machines", "bulk")
    codes: list[int] = [getattr(loads, load)(size) for load in asked if (size := getattr(options, load))]
    return max(codes, default=None)


class Loads:
    """The processes of a portal, some of them several times."""

    def __init__(self, supervisor: Supervisor, folder: Path, *, short: bool) -> None:
        self._supervisor, self._folder = supervisor, folder
        self._latencies: Sequence[float] = LATENCIES[:1] if short else LATENCIES
        self._long = LONG_IN_SHORT if short else LONG
        self._started: list[str] = []
        supervisor.environment["METRICS_DIR"] = str(folder / "metrics")

    def backlog(self, count: int) -> int:
        """Let workers find many orders waiting, with an mDokumenty that answers at once, then with a slow one."""
        for latency in self._latencies:
            self._end()  # they find what waits when they start
            self._step("place", count=count, latency=latency)
            self._start_celery()
            self._step("drain", count=count, latency=latency)
        return 0

    def questions(self, count: int) -> int:
        """Let orders take two minutes at mDokumenty."""
        self._start_celery()
        self._step("ask", count=count, seconds=self._long)
        return 0

    def memory(self, minutes: float) -> int:
        """Let students order and look for some minutes."""
        self._start_celery()
        ports = [self._start_web("web")]
        self._step("memory", minutes=minutes, ports=ports, processes=self._processes())
        return 0

    def bulk(self, count: int) -> int:
        """Let the dean's office do something for everybody, under the rules by which it orders for many."""
        self._supervisor.environment["ELIGIBILITY_RULES"] = "pesel"
        self._step("people", count=count)
        self._step("bulk", count=count)
        return 0

    def machines(self, counts: Sequence[int]) -> int:
        """Let more and more machines share one PostgreSQL and one Redis, directly and through PgBouncer."""
        self._end()
        self._step("people", count=2 * PLACED * sum(counts))
        direct = self._supervisor.environment["DATABASE_URL"]
        pooled = self._start_pooler()
        for address in (direct, pooled) if pooled else (direct,):
            self._supervisor.environment["DATABASE_URL"] = address
            self._supervisor.environment["PGBOUNCER"] = str(address == pooled).lower()
            for count in counts:
                self._work_on(count, pooled=address == pooled)
        return 0

    def _work_on(self, count: int, *, pooled: bool) -> None:
        self._supervisor.environment["WEB_CONCURRENCY"] = "1"
        self._start_celery(only=("emails", "notifications"))
        ports = []
        for number in range(1, count + 1):
            named = _named(f"machine-{number}")
            for worker in OF_EACH_MACHINE:
                self._start(f"worker-{worker}-{number}", *named, *_worker(worker))
            ports.append(self._start_web(f"web-{number}", named))
        self._step("machines", machines=count, pooled=pooled, ports=ports, processes=self._processes())
        self._end()

    def _start_celery(self, only: Sequence[str] = tuple(WORKERS)) -> None:
        if self._started:  # by the load before
            return
        for worker in only:
            self._start(f"worker-{worker}", *_worker(worker))
        self._start("beat", *CELERY, "beat", "--schedule", self._folder / "beat", "--pidfile=")

    def _start_web(self, name: str, prefix: Sequence[str] = ()) -> int:
        place = Address(name, "127.0.0.1", free_port())
        options = ("--config", "python:mlegitymacja_portal.gunicorn", "--bind", place.bind)
        self._start(name, *prefix, PYTHON, "-m", "gunicorn", *options, "mlegitymacja_portal.wsgi")
        self._supervisor.wait_for(name, lambda: answers(place, "/health/live"), 120)
        return place.port

    def _start(self, name: str, *command: str | Path) -> None:
        self._supervisor.start(Service(name, command))
        self._started.append(name)

    def _end(self) -> None:
        self._supervisor.end(*self._started)
        self._started.clear()

    def _processes(self) -> Mapping[str, int]:
        return self._supervisor.process_ids()

    def _step(self, name: str, **arguments: Any) -> None:
        command = (PYTHON, "-m", "script.lib.loads", name, json.dumps(arguments))
        self._supervisor.start(Service("load", command, once=True, in_foreground=True))
        if self._supervisor.finish("load"):
            raise Failed(f"This did not work: {name}")

    def _start_pooler(self) -> str | None:
        """Start PgBouncer where there is one; return the address of the database behind it."""
        if pooler.PROGRAM is None:
            return None
        data, place = self._folder / "postgres", self._folder / "pooler"
        account = postgres_account(data) if os.geteuid() == 0 else None
        place.mkdir(mode=0o755)
        file = pooler.configure(place, f"host={socket_folder(data)} user=postgres dbname={DATABASE}")
        if account:
            for path in (place, file):
                os.chown(path, account.uid, account.gid)
        command = (pooler.PROGRAM, file)
        self._supervisor.start(Service("pgbouncer", command, account=account, others_need_it=True))
        self._supervisor.wait_for("pgbouncer", pooler.socket(place).exists, 20)
        return pooler.url(place)


def _worker(worker: str) -> tuple[str, ...]:
    return (*CELERY, "worker", *WORKERS[worker], *worker_options(worker))


def _named(name: str) -> tuple[str, ...]:
    """Return what gives a process a machine's name of its own, where whoever runs this may give it one."""
    if os.geteuid() != 0 or not shutil.which("unshare"):
        return ()
    return ("unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', name)
