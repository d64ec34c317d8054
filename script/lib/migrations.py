"""Migrations: made from the models, and tried on an empty database."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from mlegitymacja_portal.catalogues import compile_stale
from script.lib import keys
from script.lib.console import complain, say
from script.lib.processes import Failed, StopRequested, Supervisor
from script.lib.services import Services

ROOT = Path(__file__).resolve().parents[2]
MANAGE = (sys.executable, ROOT / "manage.py")


def main(arguments: list[str]) -> int:
    """Run makemigrations, then apply all migrations; give the exit code."""
    with tempfile.TemporaryDirectory(prefix="mlegitymacja-migrations-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        settings = {"ENVIRONMENT": "development", "DATA_DIR": name, "REDIS_URL": "unix:///nowhere"}
        supervisor = Supervisor(folder, os.environ | keys.make() | settings)
        services = Services(supervisor, folder, durable=False)
        try:
            compile_stale()
            supervisor.environment["DATABASE_URL"] = services.start_postgres()
            # It may ask questions: it has the console, as somebody's own command has.
            made = subprocess.run([*MANAGE, "makemigrations", *arguments], env=supervisor.environment)
            if made.returncode == 0:
                supervisor.run("migrate", *MANAGE, "migrate", "--no-input", "--verbosity=0")
                say("All migrations can be applied to an empty database")
            return made.returncode
        except StopRequested:
            return 128 + supervisor.stop_requests[0]
        except Failed as failure:
            complain(str(failure))
            return 1
        finally:
            supervisor.stop()
            services.tidy()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
