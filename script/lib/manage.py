"""Run manage.py with what script/server told its processes."""

import json
import os
import sys
from pathlib import Path
from typing import NoReturn

from mlegitymacja_portal.catalogues import compile_stale
from script.lib import keys
from script.lib.console import complain
from script.lib.signals import take_signals

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: list[str]) -> NoReturn:
    """Become manage.py, or say that there is no server to speak to."""
    take_signals()
    compile_stale()
    folder = Path(os.environ.get("DATA_DIR") or ROOT / "var")
    told = folder / "environment.json"
    if told.exists():
        environment = keys.kept_in(folder) | json.loads(told.read_text()) | os.environ
    elif os.environ.get("DATABASE_URL"):
        environment = dict(os.environ)
    else:
        complain(f"No script/server is running on {folder}: start it first, or set DATABASE_URL")
        sys.exit(1)
    os.execve(sys.executable, [sys.executable, str(ROOT / "manage.py"), *arguments], environment)


if __name__ == "__main__":
    main(sys.argv[1:])
