"""Point-in-time recovery of docs/deployment.md, followed on a throw-away machine: back to a moment, and no further.

It needs root on Debian, with PostgreSQL as the guide installs it; nothing is fetched.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.machine import Machine
from tests.structure.tree import ROOT

GUIDE = (ROOT / "docs/deployment.md").read_text()
SECTION = GUIDE.partition("**Point-in-time recovery**")[2].partition("**References.**")[0]
TAKING, GOING_BACK = re.findall(r"```sh\n(.*?)```", SECTION, re.DOTALL)
# PostgreSQL as in the guide, and what no machine without systemd has.
BEFORE = """
systemctl() {{ case "$*" in *postgresql*) pg_ctlcluster 15 main "$1" ;; esac; }}
ask() {{ runuser --user postgres -- psql --quiet --tuples-only --no-align --command "$1"; }}
pg_lsclusters --no-header | grep -q ' main ' || pg_createcluster 15 main
install -d -o postgres -g postgres -m 0700 /var/backups/mlegitymacja-wal
install -D -m 0644 {conf} /etc/postgresql/15/main/conf.d/mlegitymacja.conf
sed -i 's/^shared_buffers = .*/shared_buffers = 32MB/' /etc/postgresql/15/main/conf.d/mlegitymacja.conf
pg_ctlcluster 15 main stop 2>/dev/null || true
pg_ctlcluster 15 main start
ask "CREATE TABLE kept (what text); INSERT INTO kept VALUES ('before the base backup')"
"""
MEANWHILE = """
base_backup=$(echo /var/backups/mlegitymacja-base/20*)
ask "INSERT INTO kept VALUES ('after it')"
sleep 1
right=$(ask 'SELECT now()')
sleep 1
ask "INSERT INTO kept VALUES ('the mistake'); SELECT pg_switch_wal()" >/dev/null
ask "INSERT INTO kept VALUES ('not archived yet')"
"""
AFTERWARDS = """
echo "[kept] $(ask 'SELECT what FROM kept' | tr '\\n' ',')"
echo "[recovering] $(ask 'SELECT pg_is_in_recovery()')"
ask "INSERT INTO kept VALUES ('new'); SELECT pg_switch_wal()" >/dev/null
for _ in $(seq 60); do ls /var/backups/mlegitymacja-wal | grep -q '^00000002' && break; sleep 0.5; done
echo "[archived] $(ls /var/backups/mlegitymacja-wal | grep -c '^00000002')"
pg_ctlcluster 15 main stop --mode immediate
"""


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    if os.geteuid() != 0 or not shutil.which("pg_createcluster") or not shutil.which("unshare"):
        pytest.skip("it is for root on Debian, with its PostgreSQL")
    try:
        with Machine(tmp_path) as machine:
            yield machine
    except subprocess.CalledProcessError:
        pytest.skip("this machine lets nobody lay one over its files")


def recovered(machine: Machine, going_back: str) -> dict[str, str]:
    """Follow the guide, and return what was found afterwards."""
    machine.write("/root/mlegitymacja.conf", (ROOT / "deploy/postgresql/mlegitymacja.conf").read_bytes())
    typed = BEFORE.format(conf="/root/mlegitymacja.conf") + TAKING + MEANWHILE + going_back + AFTERWARDS
    done = machine.run(typed, network=False, seconds=300)
    assert done.returncode == 0, done.stdout[-4000:]
    return dict(re.findall(r"^\[(\w+)\] (.*)$", done.stdout, re.MULTILINE))


def as_typed() -> str:
    """Return the commands with the moment and the base backup of this test."""
    typed = re.sub(r"^moment=.*$", 'moment="$right"', GOING_BACK, flags=re.MULTILINE)
    return re.sub(r"^base=.*$", 'base="$base_backup"', typed, flags=re.MULTILINE)


def test_it_goes_back_to_the_moment_and_no_further(machine: Machine) -> None:
    said = recovered(machine, as_typed())
    assert said["kept"] == "before the base backup,after it,"
    assert said["recovering"] == "f"
    assert int(said["archived"]) >= 1  # of its new timeline


def test_without_a_moment_it_goes_on_to_what_was_not_archived_yet(machine: Machine) -> None:
    typed = re.sub(r"^recovery_target_time.*\n", "", as_typed(), flags=re.MULTILINE)
    said = recovered(machine, typed)
    assert said["kept"] == "before the base backup,after it,the mistake,not archived yet,"
