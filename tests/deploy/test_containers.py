"""Containers: the same processes as elsewhere, none as root, none with a file system that it may write."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from script.lib.server import WORKERS
from tests.structure.test_variables import documented
from tests.structure.tree import ROOT

FOLDER = ROOT / "deploy/container"
CONTAINERFILE = (FOLDER / "Containerfile").read_text()
COMPOSE = yaml.safe_load((FOLDER / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"].startswith("mlegitymacja")}


def test_each_worker_is_the_one_that_is_tried() -> None:
    workers = {
        name.removeprefix("worker-"): service for name, service in OURS.items() if name.startswith("worker-")
    }
    assert workers.keys() == WORKERS.keys()
    for name, service in workers.items():
        assert service["command"][:4] == ["celery", "--app", "mlegitymacja_portal", "worker"]
        assert set(WORKERS[name]) <= set(service["command"])
        assert f"--hostname={name}@%h" in service["command"]


def test_all_of_the_portal_is_there() -> None:
    others = OURS.keys() - {f"worker-{name}" for name in WORKERS}
    assert others == {"migrations", "web", "beat", "sandbox"}
    assert SERVICES.keys() - OURS.keys() == {"database", "redis", "mail"}
    assert {name for name, service in SERVICES.items() if service.get("profiles") == ["demo"]} == {
        "sandbox",
        "mail",
    }


@pytest.mark.parametrize("name", OURS)
def test_no_container_of_ours_writes_outside_its_data_or_may_become_root(name: str) -> None:
    service = OURS[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "user" not in service
    assert {volume.partition(":")[0] for volume in service["volumes"]} <= COMPOSE["volumes"].keys()


def test_the_image_ends_as_a_user_without_rights() -> None:
    code = CONTAINERFILE.partition(" AS code\n")[2].partition("\nFROM ")[0]
    assert re.findall(r"^USER (.*)$", code, re.MULTILINE) == ["10001:10001"]
    assert "USER" not in CONTAINERFILE.partition("\nFROM code AS demo")[2]


def test_the_image_has_every_package_and_nothing_else_of_the_repository() -> None:
    copied = set(re.findall(r"^COPY (?!--from)(\w+) \1$", CONTAINERFILE, re.MULTILINE))
    packages = {path.parent.name for path in ROOT.glob("*/apps.py")}
    assert copied == packages | {"locale", "static", "templates", "script"}


def test_variables_of_the_demo_exist() -> None:
    lines = (FOLDER / "container.env.demo").read_text().splitlines()
    names = {line.partition("=")[0] for line in lines if line and not line.startswith("#")}
    assert names - {"POSTGRES_PASSWORD"} <= documented().keys()
    image = set(
        re.findall(
            r"\b([A-Z_]+)=", " ".join(re.findall(r"^ENV .*(?:\n    .*)*", CONTAINERFILE, re.MULTILINE))
        )
    )
    assert image - documented().keys() == {
        "PIP_DISABLE_PIP_VERSION_CHECK",
        "PIP_NO_CACHE_DIR",
        "PATH",
        "PYTHONUNBUFFERED",
        "PYTHONDONTWRITEBYTECODE",
    }


GUIDE = (ROOT / "docs/deployment.md").read_text().partition("\n## Containers\n")[2].partition("\n## ")[0]


def test_the_guide_makes_variables_with_which_the_portal_starts(tmp_path: Path) -> None:
    """Its own commands make the file; a check of the settings is what every process does first."""
    beginning, end = (GUIDE.index(part) for part in ("key() {", "compose() {"))
    made = GUIDE[beginning:end].replace("deploy/container/container.env\n", f"{tmp_path}/container.env\n")
    subprocess.run(["bash", "-euc", made], cwd=ROOT, check=True)
    lines = [line for line in (tmp_path / "container.env").read_text().splitlines() if line[:1] != "#"]
    variables = dict(line.split("=", 1) for line in lines)
    assert all(variables.values())
    assert (tmp_path / "container.env").stat().st_mode & 0o077 == 0
    password = re.compile(r"\$\{POSTGRES_PASSWORD:\?\}")
    composed = {
        name: password.sub(variables["POSTGRES_PASSWORD"], value)
        for name, value in COMPOSE["x-portal"]["environment"].items()
    }
    said = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), **variables, **composed},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr


def test_services_that_the_guide_names_are_there() -> None:
    named = re.findall(r"^compose (?:exec|run) (?:-\S+ )*([\w-]+)", GUIDE, re.MULTILINE)
    (stopped,) = re.findall(r"^compose stop (.*)$", GUIDE, re.MULTILINE)
    assert {*named, *stopped.split()} <= SERVICES.keys()
    assert {*stopped.split()} == OURS.keys() - {"migrations", "sandbox"}


def test_images_of_others_have_a_version() -> None:
    for service in SERVICES.values():
        name, _, version = service["image"].rpartition(":")
        assert service in OURS.values() or (name and re.match(r"v?\d", version)), service["image"]


def test_the_image_is_made_from_what_it_copies_alone() -> None:
    """Keys in container.env, and the repository's history, never reach whoever builds it."""
    ignored, *let_in = [
        line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] in "*!"
    ][:-2]
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", CONTAINERFILE, re.MULTILINE)
    assert ignored == "*"
    assert {path.removeprefix("!") for path in let_in} == {path for paths in copied for path in paths.split()}
