"""Folders: what the guide has the portal write, its units may write, and the machine has."""

import re
from pathlib import PurePosixPath

import pytest

from tests.structure.tree import ROOT

UNITS = ROOT / "deploy/systemd"
GUIDE = (ROOT / "docs/deployment.md").read_text()
VARIABLES = dict(re.findall(r"^([A-Z_]+)='(/[^']*)'$", GUIDE, re.MULTILINE))
# Folders, but for the one file.
WRITTEN = {
    PurePosixPath(VARIABLES["DATA_DIR"]),
    PurePosixPath(VARIABLES["METRICS_DIR"]),
    PurePosixPath(VARIABLES["REFERENCES_FILE"]).parent,
}


def writable(unit: str) -> set[PurePosixPath]:
    """Return the folders that a unit names as writable; all else is not (`ProtectSystem=strict`)."""
    lines = re.findall(r"^ReadWritePaths=(.*)$", (UNITS / unit).read_text(), re.MULTILINE)
    return {PurePosixPath(path.removeprefix("-")) for line in lines for path in line.split()}


def is_below(path: PurePosixPath, folders: set[PurePosixPath]) -> bool:
    return bool({path, *path.parents} & folders)


@pytest.mark.parametrize("unit", ["web", "worker@", "beat", "import"])
def test_units_may_write_what_the_portal_writes(unit: str) -> None:
    folders = writable(f"mlegitymacja-{unit}.service")
    assert [path for path in WRITTEN if not is_below(path, folders)] == []


def test_units_may_write_what_their_own_commands_name() -> None:
    """The file of beat, the folder of backups: all that stands in a command and is not of the release or of Debian."""
    for unit in UNITS.glob("*.service"):
        (command,) = re.findall(r"^ExecStart=(.*)$", unit.read_text(), re.MULTILINE)
        for path in map(PurePosixPath, re.findall(r"(?<![\w/:])/var/[\w./-]+", command)):
            assert is_below(path, writable(unit.name)), f"{unit.name}: {path}"


def test_folders_that_units_may_write_are_made_for_their_user() -> None:
    made = re.findall(r"^d (\S+) 0700 (\w+) \2 -$", (UNITS / "tmpfiles.conf").read_text(), re.MULTILINE)
    made += [
        (path, owner)
        for owner, paths in re.findall(r"^install -d -o (\w+) -g \w+ -m 0700 (.*)$", GUIDE, re.MULTILINE)
        for path in paths.split()
    ]
    for unit in UNITS.glob("*.service"):
        user = re.findall(r"^User=(\w+)$", unit.read_text(), re.MULTILINE)
        for path in writable(unit.name):
            assert [(str(path), *user)] == [each for each in made if each[0] == str(path)], unit.name


def test_a_drop_in_for_other_folders_is_for_every_unit() -> None:
    """Its folder is named by the beginning that all their names have."""
    assert "/etc/systemd/system/mlegitymacja-.service.d/" in GUIDE
    assert all(unit.name.startswith("mlegitymacja-") for unit in UNITS.glob("*.service"))
