"""Setting up on a machine that lacks something: one clear line says what, and how to go on."""

import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.running.portal import ROOT, clean_environment

ONE_PACKAGE = "qrcode==8.2\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A fresh checkout: the scripts, and requirements that name one package."""
    shutil.copytree(ROOT / "script", tmp_path / "script")
    for name in ("requirements.txt", "requirements-dev.txt"):
        (tmp_path / name).write_text(ONE_PACKAGE)
    return tmp_path


def run(checkout: Path, program: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a script of the checkout."""
    return subprocess.run(
        [checkout / "script" / program],
        env=clean_environment(**variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_without_a_new_enough_python_it_says_which_one_is_needed(checkout: Path) -> None:
    programs = checkout / "programs"
    programs.mkdir()
    for name in ("bash", "env", "dirname"):
        found = shutil.which(name)
        assert found
        (programs / name).symlink_to(found)
    old = programs / "python3"
    old.write_text("#!/usr/bin/env bash\nexit 1\n")
    old.chmod(0o755)
    done = run(checkout, "server", PATH=str(programs))
    assert done.returncode == 1
    assert done.stderr.startswith("Python 3.11 or newer is needed")
    assert len((done.stdout + done.stderr).splitlines()) == 1


def test_an_interrupted_set_up_is_begun_again_and_what_is_not_to_be_had_is_named(checkout: Path) -> None:
    venv = checkout / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / ".requirements.installing").touch()
    (venv / "bin" / "python").write_text("half a file")
    nothing_to_be_had = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(checkout), "PIP_CONFIG_FILE": "/dev/null"}

    missing = run(checkout, "server", **nothing_to_be_had)
    assert missing.returncode == 1
    assert len(missing.stderr.splitlines()) == 1
    assert "No matching distribution found for qrcode==8.2" in missing.stderr
    assert not (venv / ".requirements.installed").exists()

    (checkout / "requirements.txt").write_text("")
    run(checkout, "server", **nothing_to_be_had)
    assert (venv / ".requirements.installed").read_text() == ""
    assert not (venv / ".requirements.installing").exists()


def test_the_tests_end_with_their_services_when_they_are_interrupted(tmp_path: Path) -> None:
    slow = tmp_path / "test_slow.py"
    slow.write_text(
        "import os, time\ndef test_slow():\n    print(os.environ['REDIS_URL'], flush=True)\n    time.sleep(60)\n"
    )
    process = subprocess.Popen(
        [ROOT / "script" / "test", "-s", "-q", "-p", "no:cacheprovider", f"--rootdir={tmp_path}", slow],
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    said = iter(process.stdout.readline, "")
    socket = next(Path(line.strip().removeprefix("unix://")) for line in said if line.startswith("unix://"))
    assert socket.exists()
    begin = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode != 0
    assert time.monotonic() - begin < 15
    assert not socket.parent.parent.exists(), "the services have ended and their folder is gone"
