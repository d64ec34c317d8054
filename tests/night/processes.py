"""Faults of processes, their clocks and files."""

import os
import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import psycopg

from script.lib.clock import MovableClock
from tests.mdocs.sandbox_process import Sandbox
from tests.night.line import line
from tests.night.portal import CELERY, Night
from tests.stack.stack import CALM
from tests.waiting import PATIENCE, wait_until


@line("workers: not seen")
def _worker_away(night: Night) -> Iterator[None]:
    with night.frozen(night.process("worker-jobs")):
        yield


@line("workers: idle")
def _worker_idle(night: Night) -> Iterator[None]:
    worker = night.process("worker-emails")
    for child in worker.children():
        child.send_signal(signal.SIGSTOP)
    yield
    night.kill("worker-emails")  # script/server starts it again


@line("workers: hangs")
def _worker_hangs(night: Night) -> Iterator[None]:
    with psycopg.connect(night._addresses["DATABASE_URL"]) as holding:
        holding.execute("SELECT 1 FROM mdocs_breaker WHERE lane = 'send' FOR UPDATE")
        night.order()
        yield
        night.kill("worker-send")


@line("beat: not seen")
def _beat_away(night: Night) -> Iterator[None]:
    with night.frozen(night.process("beat")):
        yield


@line("beat: several run")
def _two_beats(night: Night) -> Iterator[None]:
    schedule = str(night.portal.folder / "second")
    with night.another(*CELERY, "beat", "--schedule", schedule, "--pidfile="):
        night.wait_for(
            "SELECT 1 FROM operations_sign WHERE role = 'beat' AND started_at < now() - interval '10 s'"
            " HAVING count(*) > 1"
        )
        yield


@line("orders_due: late")
def _orders_late(night: Night) -> Iterator[None]:
    with night.frozen(night.process("worker-send")):
        (student,) = night.order()
        night.write(
            "UPDATE mdocs_order SET next_attempt_at = now() - interval '3 minutes' WHERE album_number = %s",
            student.album_number,
        )
        yield


def _marker(night: Night, storage: str) -> Path:
    return night.portal.folder / storage / "shared-storage-marker"


@line("storage: not shared")
def _files_of_another(night: Night) -> Iterator[None]:
    _marker(night, "photos").write_text("of another machine")
    yield
    assert night.run("renew_storage_markers").returncode == 0


@line("storage: unreadable")
def _files_unreadable(night: Night) -> Iterator[None]:
    marker = _marker(night, "jobs")
    text = marker.read_bytes()
    marker.unlink()
    marker.mkdir()
    yield
    marker.rmdir()
    marker.write_bytes(text)


@line("storage: hangs")
def _files_hang(night: Night) -> Iterator[None]:
    """Have the marker be what a reader waits at for ever, as at a file system in the net."""
    marker = _marker(night, "photos")
    text = marker.read_bytes()
    marker.unlink()
    os.mkfifo(marker)
    yield
    fifo = marker.rename(marker.with_name("fifo"))
    marker.write_bytes(text)
    for _reader in range(20):  # those that wait at it read nothing, and look again
        try:
            os.close(os.open(fifo, os.O_WRONLY | os.O_NONBLOCK))
        except OSError:
            break
    fifo.unlink()


@line("clock: off")
def _clock_of_a_machine(night: Night) -> Iterator[None]:
    folder = night.portal.folder.parent / f"clock-{uuid4()}"
    folder.mkdir()
    clock = MovableClock(folder)
    clock.move_to(f"{clock.now() - timedelta(minutes=2):%Y-%m-%d %H:%M:%S}")
    name = f"late-{folder.name[-6:]}@%h"
    with night.another(
        *CELERY, "worker", "--queues=webhooks", "--pool=solo", f"--hostname={name}", clock=clock
    ):
        night.wait_for("SELECT 1 FROM operations_sign WHERE process LIKE 'late-%%'")
        yield


@line("clock: off there")
def _clock_of_mdokumenty(night: Night) -> Iterator[None]:
    folder = night.portal.folder.parent / f"clock-{uuid4()}"
    folder.mkdir()
    clock = MovableClock(folder)
    clock.move_to(f"{clock.now() + timedelta(minutes=10):%Y-%m-%d %H:%M:%S}")
    place = ("--host", "127.0.0.1", "--port", str(night.sandbox.port))
    data = ("--data", str(night.portal.folder / "sandbox.sqlite3"))
    with night.unattended():
        night.kill("sandbox")
        with night.another("-m", "mdocs.sandbox", *place, *data, clock=clock):
            wait_until(lambda: _answers(night.sandbox), PATIENCE)
            night.write("UPDATE mdocs_breaker SET clock_read_at = clock_read_at - interval '2 minutes'")
            night.order()
            yield
    wait_until(lambda: _answers(night.sandbox), PATIENCE)
    night.sandbox.behave(**CALM)
    night.write("UPDATE mdocs_breaker SET clock_read_at = clock_read_at - interval '2 minutes'")
    night.order()


def _answers(sandbox: Sandbox) -> bool:
    try:
        sandbox.behaviour()
    except Exception:  # noqa: BLE001 -- whatever a server that starts says
        return False
    return True
