"""Units of systemd: they can be read, run the code that there is, and leave out no queue."""

import re
import shutil
import subprocess
from configparser import ConfigParser
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from operations import timed_units
from script.lib.server import WORKERS
from tests.structure.tree import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted(path for path in (DEPLOY / "systemd").iterdir() if path.suffix != ".conf")
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
INSTALLED = "/opt/mlegitymacja/current"


def read(unit: Path) -> dict[str, list[str]]:
    """Return the values of each name of a unit, which may stand there many times."""
    found: dict[str, list[str]] = {}
    for line in unit.read_text().splitlines():
        if "=" in line and not line.startswith("#"):
            name, _, value = line.partition("=")
            found.setdefault(name, []).append(value)
    return found


def options(worker: str) -> tuple[str, ...]:
    text = (DEPLOY / "workers" / f"{worker}.env").read_text().strip()
    return tuple(text.removeprefix("WORKER_OPTIONS=").split())


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd on this machine")
def test_systemd_understands_every_unit(tmp_path: Path) -> None:
    for unit in UNITS:
        # Programs have to exist: those of this checkout stand for the installed ones.
        text = (
            unit.read_text().replace(f"{INSTALLED}/.venv", str(ROOT / ".venv")).replace(INSTALLED, str(ROOT))
        )
        (tmp_path / unit.name.replace("worker@.", "worker@send.")).write_text(text)
    units = [str(path) for path in tmp_path.iterdir()]
    said = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    of_ours = [line for line in said.stderr.splitlines() if "mlegitymacja" in line]
    assert of_ours == []


def test_each_worker_has_the_options_with_which_it_is_tried() -> None:
    files = {path.stem for path in (DEPLOY / "workers").iterdir()}
    assert {name: options(name) for name in files} == WORKERS


def test_no_queue_is_left_without_a_worker() -> None:
    served = {queue for name in WORKERS for queue in options(name)[0].removeprefix("--queues=").split(",")}
    asked = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()} | {"celery"}
    assert served == asked


def test_the_target_wants_everything_that_runs_all_the_time() -> None:
    wanted = " ".join(read(DEPLOY / "systemd/mlegitymacja.target")["Wants"]).split()
    workers = {f"mlegitymacja-worker@{name}.service" for name in WORKERS}
    assert set(wanted) == workers | {
        "mlegitymacja-web.socket",
        "mlegitymacja-web.service",
        "mlegitymacja-beat.service",
    }


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_what_is_run_may_do_nothing_else(unit: Path) -> None:
    said = read(unit)
    for name, value in {
        "NoNewPrivileges": "yes",
        "CapabilityBoundingSet": "",
        "ProtectSystem": "strict",
        "ProtectHome": "yes",
        "PrivateTmp": "yes",
        "PrivateDevices": "yes",
        "SystemCallFilter": "@system-service",
        "UMask": "0077",
    }.items():
        assert said[name][0] == value, name


def test_all_is_run_by_the_portals_user_but_what_only_others_may() -> None:
    others = {unit.name: read(unit).get("User") for unit in SERVICES}
    assert {name: user for name, user in others.items() if user != ["mlegitymacja"]} == {
        "mlegitymacja-alive-restart.service": None,
        "mlegitymacja-base-backup.service": ["postgres"],
    }


def test_what_was_stopped_on_purpose_stays_stopped() -> None:
    """Recovery takes hours: neither the look at the web nor a timer may bring anything back meanwhile."""
    restart = read(DEPLOY / "systemd/mlegitymacja-alive-restart.service")
    assert restart["ExecStart"] == ["/usr/bin/systemctl try-restart mlegitymacja-web.service"]
    for unit in UNITS:
        assert not re.search(r"systemctl (re)?start\b", "\n".join(read(unit).get("ExecStart", []))), unit.name
        if unit.suffix == ".timer":
            assert read(unit)["PartOf"] == read(unit)["WantedBy"] == ["mlegitymacja.target"], unit.name


def test_what_ends_again_and_again_is_started_again_and_again() -> None:
    for unit in SERVICES:
        if "Restart" in read(unit):
            assert read(unit)["StartLimitIntervalSec"] == ["0"], unit.name


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_files_that_units_name_are_there(unit: Path) -> None:
    for path in re.findall(rf"{INSTALLED}/((?:deploy|manage)[\w/.-]*)", unit.read_text()):
        assert (ROOT / path).exists(), path


def test_what_runs_by_a_timer_says_when_it_has_failed() -> None:
    for timer in (unit for unit in UNITS if unit.suffix == ".timer"):
        (said,) = read(timer.with_suffix(".service"))["OnFailure"]
        if timer.stem != "mlegitymacja-alive":
            assert said == "mlegitymacja-failed@%N.service", timer.name


def test_what_runs_by_a_timer_tells_the_portal_that_it_has_succeeded() -> None:
    """How often and how long each may take is what the portal expects of it."""
    timers = {unit.stem: unit for unit in UNITS if unit.suffix == ".timer" and unit.stem in timed_units.EVERY}
    assert timers.keys() == timed_units.EVERY.keys()
    for name, timer in timers.items():
        service, (calendar,) = read(timer.with_suffix(".service")), read(timer)["OnCalendar"]
        assert service["OnSuccess"] == ["mlegitymacja-succeeded@%N.service"], name
        assert service["TimeoutStartSec"] == [f"{timed_units.GRACE // timedelta(hours=1)}h"], name
        weekly = calendar.startswith("Sun ")
        assert timed_units.EVERY[name] == timedelta(weeks=1 if weekly else 0, days=0 if weekly else 1), name


def test_the_guide_enables_every_timer() -> None:
    """Without that of base backups nothing takes old WAL away."""
    guide = (
        (ROOT / "docs/deployment.md")
        .read_text()
        .partition("\n## From a bare Debian")[2]
        .partition("\n## ")[0]
    )
    enabled = {
        name for line in re.findall("^systemctl enable (.*)$", guide, re.MULTILINE) for name in line.split()
    }
    assert {unit.name for unit in UNITS if unit.suffix == ".timer"} <= enabled


def test_timers_and_sockets_have_their_service() -> None:
    names = {unit.name for unit in UNITS}
    for unit in UNITS:
        if unit.suffix in {".timer", ".socket"}:
            assert unit.with_suffix(".service").name in names


def test_the_drop_in_of_journald_can_be_read() -> None:
    journald = ConfigParser()
    journald.read(DEPLOY / "journald/mlegitymacja.conf")
    assert journald["Journal"]["Storage"] == "persistent"
