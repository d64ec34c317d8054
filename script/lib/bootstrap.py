"""Make the virtual environment ready, then become the program that was asked for.

Runs on the machine's own Python before anything is installed: standard library only.
"""

import contextlib
import fcntl
import os
import platform
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # started as a file, its own folder would be all that it finds

from script.lib import dotenv  # noqa: E402

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
FOR_TRYING = {"server", "manage", "bench"}  # programs that need nothing of requirements-dev.txt
INSTALLING = VENV / ".requirements.installing"  # there while we work, so a killed set-up is recognised
INSTALLED = VENV / ".requirements.installed"  # the text of the requirements that are in the environment


def main(program: str, arguments: list[str]) -> NoReturn:
    """Set up what `program` (the name of a module here) needs and exec it."""

    def end(signum: int, _frame: FrameType | None) -> NoReturn:
        sys.exit(0 if program in {"server", "dev"} else 128 + signum)

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)

    if folder := os.environ.get("DATA_DIR"):
        os.environ["DATA_DIR"] = str(Path(folder).absolute())
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else each of a dozen processes compiles everything anew
    os.chdir(ROOT)
    with only_one_at_a_time():
        prepare(program)
        dotenv.write(ROOT)
    # A stop request that comes now is for the program, once it listens.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    os.execv(PYTHON, [str(PYTHON), "-m", f"script.lib.{program}", *arguments])


@contextlib.contextmanager
def only_one_at_a_time() -> Iterator[None]:
    """Hold a lock on the checkout, so that two scripts do not set up the same environment."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another script is setting up the environment; waiting for it …")
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def prepare(program: str) -> None:
    """Create the environment and install the exact pins, unless that is done already."""
    for_working = ["requirements-dev.txt"]
    names = for_working if program not in FOR_TRYING else ["requirements-demo.txt", *for_working]
    wanted = [(ROOT / name).read_text() for name in names]
    if not INSTALLING.exists() and PYTHON.exists() and INSTALLED.exists() and INSTALLED.read_text() in wanted:
        return
    create()
    install(wanted[0])


def create() -> None:
    """Create the environment, again from nothing if an earlier attempt was interrupted."""
    if INSTALLING.exists():
        shutil.rmtree(VENV)
    if PYTHON.exists() and run([PYTHON, "-m", "pip", "--version"]).returncode == 0:
        return
    say(f"Creating the virtual environment with Python {platform.python_version()}")
    VENV.mkdir(exist_ok=True)
    INSTALLING.touch()
    made = run([machines_python(), "-m", "venv", VENV])
    if made.returncode != 0:
        fail(f"The virtual environment could not be made: {last_line(made.stdout)}")


def machines_python() -> Path:
    """Find the Python that is not in an environment: that one may just have been removed."""
    outside = Path(sys.base_prefix, "bin", f"python{sys.version_info.major}.{sys.version_info.minor}")
    return outside if outside.exists() else Path(sys.executable)


def install(requirements: str) -> None:
    """Install `requirements` with pip; say in one line what is in the way if it fails."""
    say("Installing the Python packages (this takes a minute or two, and only when they have changed)")
    INSTALLING.write_text(requirements)
    pip = (PYTHON, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check")
    done = run((*pip, "--requirement", INSTALLING))
    if done.returncode != 0:
        INSTALLING.unlink()
        fail(f"The Python packages could not be installed: {last_line(done.stdout)}")
    INSTALLING.replace(INSTALLED)


def run(command: Sequence[str | Path]) -> subprocess.CompletedProcess[str]:
    """Run a command with its output kept; if we are ended meanwhile, it ends with all its children."""
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            output, _ = process.communicate()
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
    return subprocess.CompletedProcess(command, process.returncode, output)


def last_line(output: str) -> str:
    """Find the line that says what went wrong: pip's last ERROR, else the last line of all."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR")]
    return (errors or lines or ["no output"])[-1]


def say(line: str) -> None:
    """Write a line to the console."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def fail(line: str) -> NoReturn:
    """End with one line that says why."""
    sys.stderr.write(f"{line}\n")
    sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
