"""Runs of the table of costs: what is started around each group, once, or twice among few and many students."""

import argparse
import json
import shutil
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from script.lib import certificates, nginx
from script.lib.console import say
from script.lib.costs import rows
from script.lib.forkserver import ForkingSupervisor
from script.lib.network import free_port
from script.lib.processes import Service, Supervisor
from script.lib.server import FORKED, READY_SECONDS, WORKERS, worker_options

SPARE = 800  # students who have no order yet when the history has been made
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
# What is measured, in this order: beside nothing else, beside a whole portal, and in a large database.
ALONE = ("page", "sign_in", "refresh", "api", "place", "worker")
RUNNING = ("idle", "phone", "calm", "drain")
LARGE = ("lists",)
# Of these not the phone: it draws the same page, whatever else is in the database.
TWICE = ("idle", "calm", "drain")
AS_IT_IS = ("--students", "0")  # how far the lists grow the database


class CostRuns:
    """Runs of groups of the table, which add their rows to one file."""

    def __init__(
        self, supervisor: ForkingSupervisor, folder: Path, options: argparse.Namespace, file: Path
    ) -> None:
        self._supervisor, self._folder, self._file = supervisor, folder, file
        self._only: Iterable[str] = options.only
        self._short = ["--short"] * options.short

    def alone(self, groups: Iterable[str], *arguments: str) -> int:
        """Measure those of the groups that are asked for, and give the exit code."""
        if not (chosen := self._chosen(groups)):
            return 0
        return measure(self._supervisor, "costs", str(self._file), *chosen, *self._short, *arguments)

    def beside_a_portal(self, groups: Iterable[str]) -> int:
        """Measure those of the groups that are asked for beside a whole portal, and give the exit code."""
        if not (chosen := self._chosen(groups)):
            return 0
        supervisor, folder = self._supervisor, self._folder
        supervisor.load_portal(folder / "forkserver", FORKED, seconds=READY_SECONDS)
        start_celery(supervisor, folder, tuple(WORKERS))
        web = ("--config", "python:mlegitymacja_portal.gunicorn", "--bind", f"unix:{folder / 'web'}")
        command = (sys.executable, "-m", "gunicorn", *web, "mlegitymacja_portal.wsgi")
        supervisor.start(Service("web", command))
        beside, https = start_site(supervisor, folder) if "phone" in chosen else ((), 0)
        running = {
            name: pid for name, pid in supervisor.process_ids().items() if name not in {"sandbox", *beside}
        }
        failed = self.alone(chosen, "--processes", json.dumps(running), "--https", str(https))
        supervisor.end(*beside, *FORKED, *({"forkserver"} & running.keys()))
        return failed

    def _chosen(self, groups: Iterable[str]) -> list[str]:
        return [group for group in groups if group in self._only]


def measure_history(supervisor: ForkingSupervisor, folder: Path, options: argparse.Namespace) -> int:
    """Measure the table among few students, then among many with a long history; give the exit code."""
    students, orders = options.history
    few, many = folder / "few.json", folder / "many.json"
    for file in (few, many):
        runs = CostRuns(supervisor, folder, options, file)
        if failed := (runs.alone(ALONE) or runs.beside_a_portal(TWICE) or runs.alone(LARGE, *AS_IT_IS)):
            return failed
        if file == few:
            told = {"students": students, "orders": orders, "spare": SPARE // 6 if options.short else SPARE}
            if failed := measure(supervisor, "loads", "history", json.dumps(told)):
                return failed
    found = rows.read(many)
    rows.show(found, rows.read(few))
    if options.json:
        rows.write(found, options.json)
    return 0


def start_site(supervisor: Supervisor, folder: Path) -> tuple[tuple[str, ...], int]:
    """Start nginx in front of the web; return its name and its port, none where the phone has to be left out."""
    needed = {
        "nginx": nginx.PROGRAM,
        "Chromium": next(filter(None, map(shutil.which, CHROMIUM)), None),
        "Playwright (requirements-dev.txt)": find_spec("playwright"),
    }
    if lacking := [name for name, found in needed.items() if not found]:
        say(f"The phone is left out: it needs {', '.join(lacking)}")
        return (), 0
    place = folder / "nginx"
    place.mkdir()
    certificates.write_self_signed(place / "fullchain.pem", place / "privkey.pem")
    https = free_port()
    file = nginx.configure(place, http=free_port(), https=https, portal=f"unix:{folder / 'web'}")
    supervisor.start(Service("nginx", (nginx.PROGRAM or "", "-c", file)))
    return ("nginx",), https


def start_celery(supervisor: Supervisor, folder: Path, workers: tuple[str, ...]) -> None:
    """Start these workers, and beat."""
    celery = (sys.executable, "-m", "celery", "--app", "mlegitymacja_portal")
    for worker in workers:
        command = (*celery, "worker", *WORKERS[worker], *worker_options(worker))
        supervisor.start(Service(f"worker-{worker}", command))
    supervisor.start(Service("beat", (*celery, "beat", "--schedule", folder / "beat", "--pidfile=")))


def measure(supervisor: Supervisor, module: str, *arguments: str) -> int:
    """Run a module of measurements in a process of its own, and give its exit code."""
    command = (sys.executable, "-m", f"script.lib.{module}", *arguments)
    supervisor.start(Service(module, command, once=True, in_foreground=True))
    return supervisor.finish(module)
