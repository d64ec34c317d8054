"""Serve the portal in the foreground: PostgreSQL, Redis, sandbox, worker, beat and web."""

import contextlib
import fcntl
import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from environs import Env, EnvError

from mlegitymacja_portal.catalogues import compile_stale
from script.lib import demo, keys
from script.lib.console import complain, say, table
from script.lib.forkserver import ForkingSupervisor
from script.lib.network import address, answers, require_free
from script.lib.processes import Failed, Service, StopRequested
from script.lib.services import Services

ROOT = Path(__file__).resolve().parents[2]
PAGE = "/dla-studentow/moje-studia/mlegitymacja/"
READY_SECONDS = 60.0
# Options of each worker. Threads have no time limits of Celery's: they are for tasks that only use the database, or
# whose calls all end by themselves, one thread for each queue.
WORKERS = {
    "send": ("--queues=send",),
    "poll": ("--queues=poll,celery",),
    "jobs": ("--queues=jobs",),
    "emails": ("--queues=emails",),
    "notifications": ("--queues=messages,push,webhooks", "--pool=threads", "--concurrency=3"),
}

FORKED = (*(f"worker-{kind}" for kind in WORKERS), "beat", "web")  # what has the portal loaded while it runs
STEPS = ("migrate", "collectstatic", "seed_demo")  # commands of Django, before all is ready


def worker_options(worker: str) -> tuple[str, str, str, str]:
    """Return its name, and that it does without the talk among workers that nobody here listens to."""
    return f"--hostname={worker}@%h", "--without-mingle", "--without-gossip", "--without-heartbeat"


def main(kind: "type[Portal] | None" = None) -> int:
    """Serve until Ctrl-C or SIGTERM and give the exit code."""
    os.umask(0o077)
    given = {name: value for name, value in os.environ.items() if value}
    folder = Path(given.get("DATA_DIR", ROOT / "var"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with the_only_server(folder):
            serve((kind or Portal)(folder, given))
    except (Failed, EnvError, OSError) as failure:
        complain(str(failure))
        return 1
    return 0


@contextlib.contextmanager
def the_only_server(folder: Path) -> Iterator[None]:
    """Hold a lock on the data. Raises Failed when another server has it."""
    with (folder / "server.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"script/server is already running on {folder}; DATA_DIR can name another folder"
            raise Failed(message) from None
        yield


def serve(portal: "Portal") -> None:
    """Start everything, keep it running until somebody stops us, end everything. Raises Failed."""
    try:
        portal.start()
        portal.introduce()
        while True:
            portal.look_after()
    except StopRequested:
        say("Ending …")
    finally:
        portal.stop()


class Portal:
    """The processes of the portal, and what they are told."""

    def __init__(self, folder: Path, given: dict[str, str]) -> None:
        """End what an earlier run left behind. Raises Failed for a port that is taken or none."""
        self._folder = folder
        self._web = address("PORT", given.get("HOST", "127.0.0.1"), given.get("PORT", "8000"))
        self._sandbox = address("SANDBOX_PORT", "127.0.0.1", given.get("SANDBOX_PORT", "8001"))
        self._runs_sandbox = "MDOKUMENTY_URL" not in given
        self._demo_data = Env().bool("DEMO_DATA", True)
        environment = {
            "ENVIRONMENT": "development",
            "DEMO_DATA": str(self._demo_data),
            "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]" if self._web.is_loopback else "*",
            "MDOKUMENTY_URL": self._sandbox.url,
            "PORTAL_URL": self._web.url,
            "PYTHONUNBUFFERED": "1",
            "METRICS_DIR": str(folder / "metrics"),
        }
        environment |= keys.kept_in(folder) | given | {"DATA_DIR": str(folder)}
        self.supervisor = ForkingSupervisor(folder, environment)
        self._services = Services(self.supervisor, folder)
        require_free(self._web, *([self._sandbox] if self._runs_sandbox else []))

    def start(self) -> None:
        """Start everything. The web comes last: who finds it ready finds the demo data too."""
        environment = self.supervisor.environment
        shutil.rmtree(environment["METRICS_DIR"], ignore_errors=True)  # of processes that are no more
        if "DATABASE_URL" not in environment:
            say("Starting PostgreSQL")
            environment["DATABASE_URL"] = self._services.start_postgres()
        if "REDIS_URL" not in environment:
            say("Starting Redis")
            environment["REDIS_URL"] = self._services.start_redis()
        self._write_environment()
        say("Bringing the database, the catalogues of words and the static files up to date")
        compile_stale()
        self._load()
        self._begin("migrate", "--no-input", "--verbosity=0")
        self._begin("collectstatic", "--no-input", "--verbosity=0")
        if self._runs_sandbox:
            self._start_sandbox()
        self.supervisor.complete("migrate")
        self.supervisor.complete("collectstatic")
        say("Starting the workers and beat")
        self._start_celery()
        if self._demo_data:
            say("Filling in the demo data")
            try:
                self._begin("seed_demo")
                self.supervisor.complete("seed_demo")
            except Failed as failure:  # another mDokumenty may not play along; the rest is of use without it
                complain(str(failure))
        say("Starting the web server")
        self._start_web()

    def introduce(self) -> None:
        """Tell where everything is."""
        say()
        addresses = [("Portal", f"{self._web.url}{PAGE}"), ("Admin", f"{self._web.url}/admin/")]
        if self._runs_sandbox:
            addresses.append(
                ("Sandbox", f"{self._sandbox.url}/  (a phone to scan the code with, an inspector, faults)")
            )
        if "EMAIL_URL" not in self.supervisor.environment:
            addresses.append(("E-mail", f"{self._folder / 'mail'}  (what students would be sent)"))
        table([*addresses, ("Data", str(self._folder)), ("Logs", str(self._folder / "log"))])
        if self._demo_data:
            say()
            table(
                [
                    ("Account", "Password", "Situation"),
                    *((name, demo.PASSWORD, what) for name, what in demo.ACCOUNTS),
                ]
            )
        say()
        say("The portal is ready. Ctrl-C ends it.")

    def look_after(self) -> None:
        """Wait a little, keeping everything running. Raises StopRequested."""
        self.supervisor.pause(0.2)

    def stop(self) -> None:
        """End everything."""
        self.supervisor.stop()
        self._services.tidy()
        self._environment_file.unlink(missing_ok=True)

    @property
    def _environment_file(self) -> Path:
        return self._folder / "environment.json"

    def _write_environment(self) -> None:
        """Leave script/manage what it needs to speak to these services."""
        names = (
            *("DATABASE_URL", "REDIS_URL", "MDOKUMENTY_URL", "PORTAL_URL"),
            *("ENVIRONMENT", "DEMO_DATA", "DATA_DIR"),
        )
        told = {name: self.supervisor.environment[name] for name in names}
        self._environment_file.write_text(json.dumps(told))

    def _begin(self, command: str, *options: str) -> None:
        self.supervisor.begin(command, sys.executable, "-m", "django", command, *options)

    def _load(self) -> None:
        """Load the portal, for all that is started from now on."""
        folder = self._folder / "forkserver"
        folder.mkdir(exist_ok=True)
        place = self._services.make_socket_folder(folder) / "socket"
        self.supervisor.load_portal(place, (*FORKED, *STEPS), seconds=READY_SECONDS)

    def _start_python(self, name: str, *module_and_options: str | Path) -> None:
        self.supervisor.start(Service(name, (sys.executable, "-m", *module_and_options)))

    def _start_sandbox(self) -> None:
        sandbox, data = self._sandbox, self._folder / "sandbox.sqlite3"
        place = ("--host", sandbox.host, "--port", str(sandbox.port))
        self._start_python("sandbox", "mdocs.sandbox", *place, "--data", data, "--portal", self._web.url)
        self.supervisor.wait_for("sandbox", lambda: answers(sandbox, "/sandbox/behaviour"), READY_SECONDS)

    def _start_celery(self) -> None:
        celery = ("celery", "--app", "mlegitymacja_portal")
        for worker, options in WORKERS.items():
            self._start_python(f"worker-{worker}", *celery, "worker", *options, *worker_options(worker))
        schedule = self._folder / "beat" / "schedule"
        schedule.parent.mkdir(exist_ok=True)
        self._start_python("beat", *celery, "beat", "--schedule", schedule, "--pidfile=")

    def _start_web(self) -> None:
        self.supervisor.start(self._web_service())
        named = self.supervisor.environment["ALLOWED_HOSTS"].split(",")[0].lstrip(".")
        host = "localhost" if named == "*" else named
        self.supervisor.wait_for("web", lambda: answers(self._web, "/health/ready", host), READY_SECONDS)

    def _web_service(self) -> Service:
        options = ("--config", "python:mlegitymacja_portal.gunicorn", "--bind", self._web.bind)
        return Service("web", (sys.executable, "-m", "gunicorn", *options, "mlegitymacja_portal.wsgi"))


if __name__ == "__main__":
    sys.exit(main())
