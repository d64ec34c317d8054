"""PgBouncer with the configuration of deploy/, on a socket of its own and for whoever reaches that."""

import os
import shutil
from pathlib import Path

CONFIGURATION = Path(__file__).resolve().parents[2] / "deploy/pgbouncer/pgbouncer.ini"
PROGRAM = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
PORT = 6432


def configure(folder: Path, server: str, *, pool: int = 40) -> Path:
    """Write the configuration into a folder, where it then listens; return it.

    `server` is how PostgreSQL is reached, as key=value.
    """
    text = CONFIGURATION.read_text()
    for written, here in {
        "host=127.0.0.1 port=5432 dbname=mlegitymacja": server,
        "listen_addr = 127.0.0.1": "listen_addr =",
        "unix_socket_dir =": f"unix_socket_dir = {folder}",
        "auth_type = scram-sha-256": "auth_type = any",
        "auth_file = /etc/pgbouncer/userlist.txt\n": "",
        "default_pool_size = 40": f"default_pool_size = {pool}",
        "reserve_pool_size = 10": f"reserve_pool_size = {pool // 4}",
    }.items():
        if written not in text:
            raise ValueError(f"{CONFIGURATION.name} has no {written!r} any more")
        text = text.replace(written, here)
    file = folder / "pgbouncer.ini"
    file.write_text(text)
    file.chmod(0o644)  # it refuses to be root
    return file


def socket(folder: Path) -> Path:
    """Return the socket on which it listens."""
    return folder / f".s.PGSQL.{PORT}"


def url(folder: Path, user: str = "postgres") -> str:
    """Return the address of the portal's database behind it."""
    return f"postgresql://{user}@/mlegitymacja?host={folder}&port={PORT}"
