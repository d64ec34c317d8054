"""What others wrote and published, for tests: programs of the machine, packages of npm and PyPI, unchanged.

The packages are installed once for each list of them, under var, in environments of their own: a client's requirements
are not the portal's.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.structure.tree import ROOT

_HERE = Path(__file__).parent
_PATIENCE = 600  # seconds for one installation


def program(name: str) -> str:
    """Return the path of a program; skip the test where there is none, but not in CI."""
    return found(shutil.which(name), name)


def found(path: str | Path | None, name: str) -> str:
    """Return a path that there is; skip the test where it is missing, but not where everything is tried (CI=true)."""
    if path is None or not Path(path).exists():
        assert os.environ.get("CI") != "true", f"there is no {name} on this machine"
        pytest.skip(f"there is no {name} on this machine")
    return str(path)


def javascript() -> Path:
    """Return the folder with the packages of package-lock.json."""
    npm = program("npm")
    with _installed("package-lock.json", "package.json") as (folder, is_new):
        if is_new:
            quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
            _run([npm, "ci", *quiet], folder)
    return folder


def python() -> str:
    """Return the Python of an environment with the packages of requirements.txt."""
    with _installed("requirements.txt") as (folder, is_new):
        interpreter = folder / "venv" / "bin" / "python"
        if is_new:
            venv.create(folder / "venv", with_pip=True, clear=True)
            _run([str(interpreter), "-m", "pip", "install", "-q", "-r", "requirements.txt"], folder)
    return str(interpreter)


def node() -> list[str]:
    """Return the beginning of a command that runs a script with Node.js; `environment` finds its packages."""
    return [program("node")]


def environment() -> dict[str, str]:
    """Return the environment in which `require` finds the packages of npm."""
    modules = str(javascript() / "node_modules")
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "NODE_PATH": modules}


@contextmanager
def _installed(*names: str) -> Iterator[tuple[Path, bool]]:
    """Hold the folder for this list of packages, and say whether they are still to be installed."""
    digest = hashlib.sha256((_HERE / names[0]).read_bytes() + sys.version.encode()).hexdigest()[:16]
    folder = ROOT / "var" / "published" / digest
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests run in several processes
        is_new = not (folder / "installed").exists()
        if is_new:
            for name in names:
                shutil.copy(_HERE / name, folder)
        yield folder, is_new
        (folder / "installed").touch()


def _run(command: Sequence[str], folder: Path) -> None:
    """Install; skip the test where the registry does not give the packages, but not in CI."""
    done = subprocess.run(command, cwd=folder, timeout=_PATIENCE)
    if done.returncode:
        assert os.environ.get("CI") != "true", f"{command[0]} has installed nothing"
        pytest.skip("the packages cannot be had from their registry")
