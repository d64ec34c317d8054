"""Setting up on a machine that lacks something: one clear line says what, and how to go on."""

import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest

from tests.running.portal import ROOT, clean_environment
from tests.waiting import wait_until

ONE_PACKAGE = "qrcode==8.2\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A fresh checkout: the scripts, and requirements that name one package."""
    shutil.copytree(ROOT / "script", tmp_path / "script")
    for name in ("requirements.txt", "requirements-demo.txt", "requirements-dev.txt"):
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

    (checkout / "requirements-demo.txt").write_text("")
    run(checkout, "server", **nothing_to_be_had)
    assert (venv / ".requirements.installed").read_text() == ""
    assert not (venv / ".requirements.installing").exists()


@pytest.fixture
def slow(tmp_path: Path) -> list[str | Path]:
    """Arguments that run a test which says where its Redis is, and then takes a minute."""
    test = tmp_path / "test_slow.py"
    test.write_text(
        "import os, time\ndef test_slow():\n    print(os.environ['REDIS_URL'], flush=True)\n    time.sleep(60)\n"
    )
    return [
        "-s",
        "-q",
        "-p",
        "no:cacheprovider",
        "-c",
        ROOT / "pyproject.toml",
        f"--rootdir={tmp_path}",
        test,
    ]


def begin(*command: str | Path, **variables: str) -> subprocess.Popen[str]:
    """Start a run of the tests from a shell that has exported nothing."""
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=clean_environment(**variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def redis_of(run: subprocess.Popen[str]) -> Path:
    """Read on until the test says where its Redis is."""
    assert run.stdout
    said = iter(run.stdout.readline, "")
    return next(Path(line.strip().removeprefix("unix://")) for line in said if line.startswith("unix://"))


@pytest.mark.parametrize("command", [ROOT / "script" / "test", Path(sys.executable).with_name("pytest")])
@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGKILL])
def test_the_services_of_the_tests_end_with_them(
    slow: list[str | Path], command: Path, signum: signal.Signals
) -> None:
    run = begin(command, *slow)
    socket = redis_of(run)
    assert socket.exists()
    run.send_signal(signum)
    run.communicate(timeout=30)
    assert run.returncode != 0
    if signum is signal.SIGKILL:  # it can wait for nobody
        wait_until(lambda: not socket.parent.parent.exists(), 15)
    assert not socket.parent.parent.exists(), "the services have ended and their folder is gone"


def test_kept_services_are_those_of_the_next_run_and_of_one_run_at_a_time(
    tmp_path: Path, slow: list[str | Path]
) -> None:
    with tempfile.TemporaryDirectory(
        prefix="kept-"
    ) as data:  # pytest's own folders are closed to PostgreSQL's user
        try:
            first = begin(ROOT / "script" / "test", "--keep", *slow, DATA_DIR=data)
            socket = redis_of(first)
            beside = begin(ROOT / "script" / "test", "--keep", *slow, DATA_DIR=data)
            said, _ = beside.communicate(timeout=60)
            assert "Another run with --keep is at work here" in said
            assert beside.returncode == pytest.ExitCode.USAGE_ERROR
            first.send_signal(signal.SIGINT)
            first.communicate(timeout=30)
            assert socket.exists()
            kept = looking_after(data)
            second = begin(ROOT / "script" / "test", "--keep", *slow, DATA_DIR=data)
            assert redis_of(second) == socket
            assert looking_after(data) == kept
            second.send_signal(signal.SIGINT)
            second.communicate(timeout=30)
        finally:
            for process in looking_after(data):
                process.terminate()
                process.wait(30)
        assert not socket.exists()


def looking_after(data: str) -> list[psutil.Process]:
    """Return the processes that look after services which are kept in a folder."""
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if "script.lib.serve_tests" in (process.info["cmdline"] or [])
        and any(part.startswith(data) for part in process.info["cmdline"])
    ]
