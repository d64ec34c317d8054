"""The `.env` of a developer's machine: what is run by hand needs neither a running server nor exported secrets.

Settings read it where nothing else says what kind of installation this is. Standard library only: bootstrap.py uses it.
"""

from pathlib import Path

from script.lib import keys
from script.lib.sockets import database_url, redis_url

HEADING = """\
# Written by the scripts in script/, for manage.py, mypy and editors on a developer's machine: script/server with its
# default DATA_DIR. Not read where ENVIRONMENT, SECRET_KEY or DATABASE_URL is set. Never for production.
"""


def write(root: Path) -> None:
    """Write what a checkout's own script/server has told its processes or will tell them, readable for us alone."""
    data = root / "var"
    data.mkdir(mode=0o700, exist_ok=True)
    values = {
        "ENVIRONMENT": "development",
        "DATABASE_URL": database_url(data),
        "REDIS_URL": redis_url(data),
        **keys.kept_in(data),
    }
    text = HEADING + "".join(f'{name}="{value}"\n' for name, value in values.items())
    file = root / ".env"
    if file.exists() and file.read_text() == text:
        return
    unfinished = root / ".env.unfinished"
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    unfinished.write_text(text)
    unfinished.replace(file)
