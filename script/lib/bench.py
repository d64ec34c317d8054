"""Run the measurements with services of their own, all gone afterwards."""

import argparse
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import psycopg
from psycopg import sql

from mlegitymacja_portal.catalogues import compile_stale
from script.lib import capacity, keys, load_runs
from script.lib.console import complain, say
from script.lib.cost_runs import ALONE, LARGE, RUNNING, CostRuns, measure, measure_history, start_celery
from script.lib.costs import rows
from script.lib.forkserver import ForkingSupervisor
from script.lib.network import Address, answers, free_port
from script.lib.processes import Failed, Service, StopRequested, Supervisor
from script.lib.services import Services
from script.lib.sockets import DATABASE, database_url

ROOT = Path(__file__).resolve().parents[2]
ROWS = 2_000  # of imports: two batches, which are undone in four
MOST_DRAINED = 2_000  # extensions that workers carry out: what more would take follows from their pace
# Lines of their own, in no table: the module and its arguments.
OTHERS = {"imports": ("import_measures", str(ROWS)), "ratios": ("measures",)}
GROUPS = (*ALONE, *RUNNING, *LARGE, *OTHERS)


def main() -> int:
    """Measure and give the exit code."""
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument(
        "--only", nargs="+", choices=GROUPS, default=GROUPS, metavar="GROUP", help=", ".join(GROUPS)
    )
    parser.add_argument("--short", action="store_true", help="few of everything: to see that it works")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the table of costs there")
    parser.add_argument("--compare", type=Path, metavar="FILE", help="beside what an earlier run has written")
    parser.add_argument("--chart", type=Path, metavar="FILE", help="draw the table of costs there (SVG)")
    parser.add_argument("--imports", type=int, metavar="ROWS", help="measure only imports of this many rows")
    parser.add_argument(
        "--extensions", type=int, metavar="COUNT", help="measure only a night of this many extensions"
    )
    parser.add_argument(
        "--retention", type=int, metavar="COUNT", help="measure only retention, for so many students who left"
    )
    parser.add_argument(
        "--history",
        type=int,
        nargs=2,
        metavar=("STUDENTS", "ORDERS"),
        help="measure the table, then again among so many students and past orders",
    )
    parser.add_argument(
        "--capacity",
        type=Path,
        metavar="FILE",
        help="print the tables of docs/capacity.md out of what --json has written, measure nothing",
    )
    load_runs.add_options(parser)
    options = parser.parse_args()
    if options.capacity:
        capacity.show(rows.read(options.capacity))
        return 0
    begun = time.monotonic()
    try:
        return measure_all(options)
    finally:
        minutes, seconds = divmod(round(time.monotonic() - begun), 60)
        say(f"{minutes} min {seconds} s in all")


def measure_all(options: argparse.Namespace) -> int:
    """Measure what was asked for beside services that start here and end here; give the exit code."""
    folder = Path(tempfile.mkdtemp(prefix="mlegitymacja-bench-"))
    sandbox = Address("SANDBOX_PORT", "127.0.0.1", free_port())
    settings = {
        "ENVIRONMENT": "development",
        "DATA_DIR": str(folder),
        "MDOKUMENTY_URL": sandbox.url,
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "LOG_LEVEL": "ERROR",
    }
    supervisor = ForkingSupervisor(folder, os.environ | keys.make() | settings)
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
        if options.imports:
            return measure(supervisor, "import_measures", str(options.imports))
        if options.history:
            return measure_history(supervisor, folder, options)
        if (loaded := load_runs.run(supervisor, folder, options)) is not None:
            return loaded
        return measure_costs(supervisor, folder, options) or measure_others(supervisor, folder, options)
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
    start_celery(supervisor, folder, ("send", "poll"))
    return measure(supervisor, "extension_measures", "drain", str(min(count, MOST_DRAINED)))


def measure_costs(supervisor: ForkingSupervisor, folder: Path, options: argparse.Namespace) -> int:
    """Measure the table of costs, and show, write and draw it; give the exit code."""
    before = rows.read(options.compare) if options.compare else []
    file = folder / "costs.json"
    in_a_database_of_its_own(supervisor, folder, "costs")
    runs = CostRuns(supervisor, folder, options, file)
    failed = runs.alone(ALONE) or runs.beside_a_portal(RUNNING) or runs.alone(LARGE)
    if not file.exists():
        return failed
    found = rows.read(file)
    rows.show(found, before)
    if options.json:
        rows.write(found, options.json)
    if options.chart:
        rows.draw(found, options.chart)
    return failed


def measure_others(supervisor: Supervisor, folder: Path, options: argparse.Namespace) -> int:
    """Measure what has lines of its own, each in a database that is empty; give the exit code."""
    for group, arguments in OTHERS.items():
        if group in options.only:
            in_a_database_of_its_own(supervisor, folder, group)
            if failed := measure(supervisor, *arguments):
                return failed
    return 0


def in_a_database_of_its_own(supervisor: Supervisor, folder: Path, name: str) -> None:
    """Go on in a copy of the database as it was migrated."""
    migrated = database_url(folder)
    with psycopg.connect(migrated.replace(DATABASE, "postgres", 1), autocommit=True) as connection:
        names = sql.Identifier(name), sql.Identifier(DATABASE)
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
    supervisor.environment["DATABASE_URL"] = migrated.replace(DATABASE, name, 1)


def measure_retention(supervisor: Supervisor, count: int) -> int:
    """Measure copies of data, erasures and the night's retention; give the exit code."""
    made = measure(supervisor, "retention_measures", "make", str(count))
    return made or measure(supervisor, "retention_measures", "apply", str(count))


if __name__ == "__main__":
    sys.exit(main())
