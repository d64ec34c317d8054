"""Folders of the sockets that PostgreSQL and Redis listen on. Standard library only: bootstrap.py uses it."""

import hashlib
import os
import re
from pathlib import Path

PLAIN = re.compile(r"[\w./+-]{1,85}", re.ASCII)  # a socket's path has at most about 100 bytes
DATABASE = "mlegitymacja"


def socket_folder(folder: Path) -> Path:
    """Return where the server that keeps its data in `folder` listens: there, or below a shorter and plainer name."""
    if PLAIN.fullmatch(str(folder)):
        return folder
    return Path("/tmp", f"mlegitymacja-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}")  # noqa: S108 - Services makes it private


def database_url(data: Path) -> str:
    """Return the address of the PostgreSQL below a folder of data."""
    return f"postgresql://postgres@/{DATABASE}?host={socket_folder(data / 'postgres')}"


def redis_url(data: Path) -> str:
    """Return the address of the Redis below a folder of data."""
    return f"unix://{socket_folder(data / 'redis') / 'redis.sock'}"
