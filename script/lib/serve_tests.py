"""PostgreSQL and Redis for the tests, looked after by a process beside pytest, which tests/plugin.py starts.

They end with the run. With `--keep FOLDER` they end an hour after the last run that used them, and their data stays.
What a run has to know is written as a line of JSON to the file descriptor that `--announce` names: its environment
variables, or why there are none.
"""

import argparse
import contextlib
import fcntl
import json
import os
import select
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from mlegitymacja_portal.catalogues import compile_stale
from script.lib import keys
from script.lib.kept import Kept
from script.lib.processes import Failed, StopRequested, Supervisor
from script.lib.services import Services


def main() -> int:
    """Serve until nobody needs the services any more; give the exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--announce", type=int, required=True)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    with os.fdopen(options.announce, "w") as announce:

        def say(message: dict[str, object]) -> None:
            announce.write(f"{json.dumps(message)}\n")
            announce.close()

        try:
            if options.keep:
                serve_kept(Kept(options.keep), say)
            else:
                serve_one_run(say)
        except StopRequested:
            return 0
        except (Failed, OSError) as failure:
            if not announce.closed:
                say({"failed": str(failure)})
            return 1
    return 0


def serve_one_run(say: Callable[[dict[str, object]], None]) -> None:
    """Serve until standard input ends: the run has it open."""
    with tempfile.TemporaryDirectory(prefix="mlegitymacja-test-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with services(folder, keys.make()) as (supervisor, variables):
            say({"variables": variables})
            while not select.select([sys.stdin], [], [], 0)[0]:
                supervisor.pause(0.1)


def serve_kept(kept: Kept, say: Callable[[dict[str, object]], None]) -> None:
    """Serve until no run has begun for an hour."""
    with kept.services_lock.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with services(kept.folder, keys.kept_in(kept.folder)) as (supervisor, variables):
            kept.environment.touch(mode=0o600)
            kept.environment.write_text(json.dumps(variables))
            say({"variables": variables})
            try:
                while kept.are_needed():
                    supervisor.pause(0.5)
            finally:
                kept.environment.unlink(missing_ok=True)


@contextlib.contextmanager
def services(folder: Path, made_keys: dict[str, str]) -> Iterator[tuple[Supervisor, dict[str, str]]]:
    """Run the services whose addresses are not given, below a folder; give the variables for the tests."""
    (folder / "data" / "static").mkdir(parents=True, exist_ok=True)
    variables = {"ENVIRONMENT": "development", "DATA_DIR": str(folder / "data"), **made_keys}
    supervisor = Supervisor(folder, os.environ | variables)
    servers = Services(supervisor, folder, durable=False)
    try:
        compile_stale()
        variables["DATABASE_URL"] = os.environ.get("DATABASE_URL") or servers.start_postgres()
        variables["REDIS_URL"] = os.environ.get("REDIS_URL") or servers.start_redis()
        yield supervisor, variables
    finally:
        supervisor.stop()
        servers.tidy()


if __name__ == "__main__":
    sys.exit(main())
