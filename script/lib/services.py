"""PostgreSQL and Redis as the scripts run them. They listen on no port."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
from pathlib import Path

import psycopg
import redis

from script.lib import programs
from script.lib.console import say
from script.lib.processes import Account, Failed, Service, Supervisor
from script.lib.sockets import DATABASE, database_url, redis_url, socket_folder

POSTGRES_USER = "pgserver"  # whom PostgreSQL runs as when we are root: it refuses to be root
READY_SECONDS = 60.0
# Order by code point, with upper and lower case for all of Unicode: PostgreSQL's own from 17 on, else the C library's.
OWN_LOCALE = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
LIBRARYS_LOCALE = ("--locale=C.UTF-8",)


class Services:
    """A PostgreSQL and a Redis that keep their data below one folder."""

    def __init__(self, supervisor: Supervisor, folder: Path, *, durable: bool = True) -> None:
        """Start nothing yet. What is not `durable` is faster, and may be gone after a power cut."""
        self._supervisor = supervisor
        self._folder = folder
        self._durable = durable
        self._socket_folders: list[Path] = []

    def start_postgres(self) -> str:
        """Start PostgreSQL, make the database if it is missing, and give its address."""
        data = self._folder / "postgres"
        program = programs.find(programs.POSTGRESQL, self._supervisor.attempt, major=version_of_data(data))
        account = postgres_account(data) if os.geteuid() == 0 else None
        if account:
            self._folder.chmod(self._folder.stat().st_mode | stat.S_IXOTH)
            for folder in (program.path.parent, self._folder):
                let_pass(folder)
        if not data.exists():
            self._make_postgres(program, data, account)
        sockets = self.make_socket_folder(data, account)
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(sockets),
            "unix_socket_permissions": "0700",
            # A failing statement and the row that it failed on may hold personal data: not for a log.
            "log_min_error_statement": "panic",
            "log_error_verbosity": "terse",
        }
        if not self._durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self._supervisor.start(
            Service(
                "postgres",
                (program.path, "-D", data, *options),
                stop_signal=signal.SIGINT,  # its fast shutdown; at SIGTERM it waits for every client to leave
                grace=5.0,
                others_need_it=True,
                account=account,
            )
        )
        server = f"postgresql://postgres@/postgres?host={sockets}"
        self._supervisor.wait_for("postgres", lambda: postgres_answers(server), READY_SECONDS)
        with psycopg.connect(server, autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if known.fetchone() is None:
                connection.execute(f"CREATE DATABASE {DATABASE}")
        return database_url(self._folder)

    def start_redis(self) -> str:
        """Start Redis and give its address. It keeps nothing: whatever it knows can be found out again."""
        program = programs.find(programs.REDIS, self._supervisor.attempt).path
        folder = self._folder / "redis"
        folder.mkdir(mode=0o700, exist_ok=True)
        socket = self.make_socket_folder(folder) / "redis.sock"
        options = {
            "port": "0",
            "unixsocket": str(socket),
            "unixsocketperm": "700",
            "save": "",
            "dir": str(folder),
        }
        command = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        self._supervisor.start(Service("redis", (program, *command), grace=3.0, others_need_it=True))
        address = redis_url(self._folder)
        self._supervisor.wait_for("redis", lambda: redis_answers(address), READY_SECONDS)
        return address

    def make_socket_folder(self, folder: Path, account: Account | None = None) -> Path:
        """Make the private folder for the sockets of who keeps its data in `folder`, where it is not that itself."""
        short = socket_folder(folder)
        if short != folder:
            shutil.rmtree(short, ignore_errors=True)  # left by a run that was killed
            short.mkdir(mode=0o700)  # fails if it is somebody else's
            if account:
                os.chown(short, account.uid, account.gid)
            self._socket_folders.append(short)
        return short

    def tidy(self) -> None:
        """Remove the folders that were made outside, once everything has ended."""
        for folder in self._socket_folders:
            shutil.rmtree(folder, ignore_errors=True)

    def _make_postgres(self, program: programs.Program, data: Path, account: Account | None) -> None:
        unfinished = data.with_name("postgres.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        if account:
            os.chown(unfinished, account.uid, account.gid)
        options = ["--auth=trust", "--username=postgres", "--encoding=UTF8"]
        options += OWN_LOCALE if program.version >= (17, 0) else LIBRARYS_LOCALE
        options += [] if self._durable else ["--no-sync"]
        self._supervisor.run(
            "initdb", program.path.with_name("initdb"), *options, "--pgdata", unfinished, account=account
        )
        unfinished.rename(data)


def version_of_data(data: Path) -> int | None:
    """Return the major version of the PostgreSQL that made a folder of data; None where there is none yet."""
    written = data / "PG_VERSION"
    return int(written.read_text()) if written.exists() else None


def postgres_answers(address: str) -> bool:
    """Tell whether a PostgreSQL accepts connections."""
    try:
        psycopg.connect(address, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def redis_answers(address: str) -> bool:
    """Tell whether a Redis answers."""
    try:
        with redis.Redis.from_url(address, socket_timeout=2) as connection:
            connection.ping()
    except redis.RedisError:
        return False
    return True


def postgres_account(data: Path) -> Account:
    """Choose whom PostgreSQL runs as instead of root: the owner of its data, else a user made for it."""
    if data.exists() and data.stat().st_uid != 0:
        return Account(data.stat().st_uid, data.stat().st_gid)
    try:
        user = pwd.getpwnam(POSTGRES_USER)
    except KeyError:
        command = ["useradd", "--system", "--user-group", "--no-create-home", POSTGRES_USER]
        try:
            subprocess.run(command, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            raise Failed(
                f"PostgreSQL does not run as root and the user {POSTGRES_USER} could not be made: "
                "run this as another user, or set DATABASE_URL"
            ) from None
        user = pwd.getpwnam(POSTGRES_USER)
    return Account(user.pw_uid, user.pw_gid)


def let_pass(folder: Path) -> None:
    """Let PostgreSQL's user reach `folder`: through the folders above it, without reading them."""
    for step in (folder, *folder.parents):
        mode = step.stat().st_mode
        if not mode & stat.S_IXOTH:
            say(f"  {step} becomes passable for other users (o+x): PostgreSQL does not run as root")
            step.chmod(mode | stat.S_IXOTH)
