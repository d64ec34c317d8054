"""Run the measurements with services of their own, all gone afterwards."""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from mlegitymacja_portal.catalogues import compile_stale
from script.lib import keys
from script.lib.console import complain, say
from script.lib.network import Address, answers, free_port
from script.lib.processes import Failed, Service, StopRequested, Supervisor
from script.lib.server import WORKERS
from script.lib.services import Services

ROOT = Path(__file__).resolve().parents[2]
ROWS = 2_000  # of imports: two batches, which are undone in four
MOST_DRAINED = 2_000  # extensions that workers carry out: what more would take follows from their pace


def main() -> int:
    """Measure and give the exit code."""
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument("--imports", type=int, metavar="ROWS", help="measure only imports of this many rows")
    parser.add_argument(
        "--extensions", type=int, metavar="COUNT", help="measure only a night of this many extensions"
    )
    parser.add_argument(
        "--retention", type=int, metavar="COUNT", help="measure only retention, for so many students who left"
    )
    options = parser.parse_args()
    rows = options.imports
    folder = Path(tempfile.mkdtemp(prefix="mlegitymacja-bench-"))
    sandbox = Address("SANDBOX_PORT", "127.0.0.1", free_port())
    settings = {
        "ENVIRONMENT": "development",
        "DATA_DIR": str(folder),
        "MDOKUMENTY_URL": sandbox.url,
        "LOG_LEVEL": "ERROR",
    }
    supervisor = Supervisor(folder, os.environ | keys.make() | settings)
    services = Services(supervisor, folder)
    try:
        say("Starting PostgreSQL, Redis and the sandbox")
        supervisor.environment["DATABASE_URL"] = services.start_postgres()
        supervisor.environment["REDIS_URL"] = services.start_redis()
        place = ("--host", sandbox.host, "--port", str(sandbox.port))
        supervisor.start(Service("sandbox", (sys.executable, "-m", "mdocs.sandbox", *place)))
        supervisor.wait_for("sandbox", lambda: answers(sandbox, "/sandbox/behaviour"), 30)
        compile_stale()
        for step in ("migrate", "collectstatic"):
            supervisor.run(step, sys.executable, ROOT / "manage.py", step, "--no-input", "--verbosity=0")
        if options.extensions:
            return measure_extensions(supervisor, folder, options.extensions)
        if options.retention:
            return measure_retention(supervisor, options.retention)
        failed = measure(supervisor, "import_measures", str(rows or ROWS))
        return failed or (0 if rows else measure(supervisor, "measures"))
    except StopRequested:
        return 128 + supervisor.stop_requests[0]
    except Failed as failure:
        complain(str(failure))
        return 1
    finally:
        supervisor.stop()
        services.tidy()
        shutil.rmtree(folder, ignore_errors=True)


def measure_extensions(supervisor: Supervisor, folder: Path, count: int) -> int:
    """Measure the sweep, then the workers beside fresh orders, under the rules `pesel`; give the exit code."""
    supervisor.environment |= {"ELIGIBILITY_RULES": "pesel", "AUTOMATIC_CONFIRMATION": "true"}
    for step in ("make", "sweep"):
        if failed := measure(supervisor, "extension_measures", step, str(count)):
            return failed
    celery = (sys.executable, "-m", "celery", "--app", "mlegitymacja_portal")
    for worker in ("send", "poll"):
        alone = (f"--hostname={worker}@%h", "--without-mingle", "--without-gossip")
        supervisor.start(Service(f"worker-{worker}", (*celery, "worker", *WORKERS[worker], *alone)))
    beat = (*celery, "beat", "--schedule", folder / "beat", "--pidfile=")
    supervisor.start(Service("beat", beat))
    return measure(supervisor, "extension_measures", "drain", str(min(count, MOST_DRAINED)))


def measure_retention(supervisor: Supervisor, count: int) -> int:
    """Measure copies of data, erasures and the night's retention; give the exit code."""
    made = measure(supervisor, "retention_measures", "make", str(count))
    return made or measure(supervisor, "retention_measures", "apply", str(count))


def measure(supervisor: Supervisor, module: str, *arguments: str) -> int:
    """Run a module of measurements in a process of its own, and give its exit code."""
    command = (sys.executable, "-m", f"script.lib.{module}", *arguments)
    supervisor.start(Service(module, command, once=True, in_foreground=True))
    return supervisor.finish(module)


if __name__ == "__main__":
    sys.exit(main())
