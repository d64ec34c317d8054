"""The supervisor on its own, in a process of its own."""

import subprocess
import sys
import textwrap
from pathlib import Path

from tests.running.portal import ROOT


def supervise(folder: Path, program: str) -> subprocess.CompletedProcess[str]:
    """Run a few lines with a supervisor in `folder`."""
    begin = f"""
        import sys, time
        from pathlib import Path
        from script.lib.processes import Failed, Service, Supervisor
        folder = Path({str(folder)!r})
        supervisor = Supervisor(folder, {{}})
    """
    source = textwrap.dedent(begin) + textwrap.dedent(program)
    return subprocess.run(
        [sys.executable, "-c", source], cwd=ROOT, capture_output=True, text=True, timeout=60
    )


def test_what_keeps_ending_is_tried_again_ever_more_slowly(tmp_path: Path) -> None:
    done = supervise(
        tmp_path,
        """
        supervisor.start(Service("crashing", ("/bin/sh", "-c", "echo attempt; exit 3")))
        end = time.monotonic() + 6
        while time.monotonic() < end:
            supervisor.pause()
        supervisor.stop()
        """,
    )
    attempts = (tmp_path / "log" / "crashing.log").read_text().count("attempt")
    assert 3 <= attempts <= 5, done.stderr
    assert "crashing ended with code 3; starting it again in 2 s" in done.stdout


def test_what_ignores_the_stop_signal_is_killed_with_its_children(tmp_path: Path) -> None:
    done = supervise(
        tmp_path,
        """
        import psutil
        stubborn = "trap '' TERM; while true; do sleep 60; done"
        supervisor.start(Service("stubborn", ("/bin/sh", "-c", stubborn), grace=0.5))
        supervisor.pause(0.5)
        processes = psutil.Process().children(recursive=True)
        supervisor.stop()
        _gone, alive = psutil.wait_procs(processes, timeout=30)
        # Whoever takes in orphans may not have buried them yet.
        left = [each for each in alive if each.status() != psutil.STATUS_ZOMBIE]
        print(len(processes), left)
        """,
    )
    assert done.stdout.strip() == "2 []", done.stderr


def test_a_step_that_fails_shows_the_end_of_what_it_said(tmp_path: Path) -> None:
    done = supervise(
        tmp_path,
        """
        try:
            supervisor.run("a step", "/bin/sh", "-c", "echo what went wrong; exit 1")
        except Failed as failure:
            print(failure)
        """,
    )
    assert "This did not work: a step" in done.stdout
    assert "what went wrong" in done.stdout


def test_a_log_does_not_grow_without_end(tmp_path: Path) -> None:
    done = supervise(
        tmp_path,
        """
        from script.lib import processes
        writing = "i=0; while true; do i=$((i+1)); echo line $i; sleep 0.01; done"
        log = folder / "log" / "writing.log"
        log.write_text("x" * (processes.LOG_LIMIT + 1))
        supervisor.start(Service("writing", ("/bin/sh", "-c", writing)))
        supervisor.pause()
        supervisor.pause(0.5)
        supervisor.stop()
        """,
    )
    log = tmp_path / "log" / "writing.log"
    assert log.with_suffix(".log.1").stat().st_size > 10_000_000, done.stderr
    assert 0 < log.stat().st_size < 100_000
    assert "line" in log.read_text()
