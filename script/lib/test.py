"""Run pytest with a PostgreSQL and a Redis of its own, both gone afterwards."""

import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from mlegitymacja_portal.catalogues import compile_stale
from script.lib import keys
from script.lib.console import complain, say
from script.lib.processes import Failed, Service, StopRequested, Supervisor
from script.lib.services import Services

# All tests at once are run on two cores; tests/conftest.py says what stays together.
EVERYTHING = ["-n", "2", "--no-loadscope-reorder", "-q"]
SCALE = (
    "tests/scale"  # a university of 50,000: four minutes that CI waits for, and nobody who has changed a line
)


def main(arguments: list[str]) -> int:
    """Run the tests and give pytest's exit code."""
    folder = Path(tempfile.mkdtemp(prefix="mlegitymacja-test-"))
    (folder / "data" / "static").mkdir(parents=True)
    settings = {"ENVIRONMENT": "development", "DATA_DIR": str(folder / "data")}
    supervisor = Supervisor(folder, os.environ | keys.make() | settings)
    services = Services(supervisor, folder, durable=False)
    try:
        compile_stale()
        if not os.environ.get("DATABASE_URL"):
            supervisor.environment["DATABASE_URL"] = services.start_postgres()
        if not os.environ.get("REDIS_URL"):
            supervisor.environment["REDIS_URL"] = services.start_redis()
        command = (sys.executable, "-m", "pytest", *(arguments or everything()))
        pytest = Service("pytest", command, signal.SIGINT, once=True, in_foreground=True)
        give_terminal(supervisor.start(pytest).pid)
        return supervisor.finish("pytest")
    except StopRequested:
        return 128 + supervisor.stop_requests[0]
    except Failed as failure:
        complain(str(failure))
        return 1
    finally:
        supervisor.stop()
        services.tidy()
        shutil.rmtree(folder, ignore_errors=True)


def everything() -> list[str]:
    """Return what runs all tests; those of SCALE where CI=true, else it is said how to run them."""
    if os.environ.get("CI") == "true":
        return EVERYTHING
    say(f"Without the tests at full size; they run in CI, and with: script/test {SCALE}")
    return [*EVERYTHING, f"--ignore={SCALE}"]


def give_terminal(group: int) -> None:
    """Let a process group have the console, so that it can ask (--pdb) and gets its Ctrl-C."""
    if os.isatty(0) and os.tcgetpgrp(0) == os.getpgrp():
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        os.tcsetpgrp(0, group)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
