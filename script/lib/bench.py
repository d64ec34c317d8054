"""Run the measurements with services of their own, all gone afterwards."""

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
from script.lib.services import Services

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Measure and give the exit code."""
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
        measures = (sys.executable, "-m", "script.lib.measures")
        supervisor.start(Service("measures", measures, once=True, in_foreground=True))
        return supervisor.finish("measures")
    except StopRequested:
        return 128 + supervisor.stop_requests[0]
    except Failed as failure:
        complain(str(failure))
        return 1
    finally:
        supervisor.stop()
        services.tidy()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
