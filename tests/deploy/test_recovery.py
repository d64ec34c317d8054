"""Point-in-time recovery of docs/deployment.md, followed on a throw-away machine: back to a moment, and no further.

It needs root on Debian, with PostgreSQL as the guide installs it; nothing is fetched.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.machine import Machine, machine_with
from tests.structure.tree import ROOT

GUIDE = (ROOT / "docs/deployment.md").read_text()
SECTION = GUIDE.partition("**Point-in-time recovery**")[2].partition("**References.**")[0]
TAKING, GOING_BACK = re.findall(r"```sh\n(.*?)```", SECTION, re.DOTALL)
UNIT = (ROOT / "deploy/systemd/mlegitymacja-base-backup.service").read_text()
# PostgreSQL as in the guide, and what no machine without systemd has.
BEFORE = """
systemctl() {{
    case "$*" in
        *postgresql*) pg_ctlcluster 15 main "$1" ;;
        "start mlegitymacja-base-backup.service") {base_backup} ;;
    esac
}}
ask() {{ runuser --user postgres -- psql --quiet --tuples-only --no-align --command "$1"; }}
pg_lsclusters --no-header | grep -q ' main ' || pg_createcluster 15 main
install -d -o postgres -g postgres -m 0700 /var/backups/mlegitymacja-wal /var/backups/mlegitymacja-base
install -D -m 0644 {conf} /etc/postgresql/15/main/conf.d/mlegitymacja.conf
sed -i 's/^shared_buffers = .*/shared_buffers = 32MB/' /etc/postgresql/15/main/conf.d/mlegitymacja.conf
pg_ctlcluster 15 main stop 2>/dev/null || true
pg_ctlcluster 15 main start
ask "CREATE TABLE kept (what text); INSERT INTO kept VALUES ('before the base backup')"
"""
MEANWHILE = """
base_backup=$(echo /var/backups/mlegitymacja-base/20*)
ask "UPDATE kept SET what = what; SELECT pg_switch_wal()" >/dev/null  # a quiet minute
for _ in $(seq 60); do
    quiet=$(find /var/backups/mlegitymacja-wal -name '*.gz' -size -64k | head -n 1)
    [ "$quiet" ] && break
    sleep 0.5
done
echo "[quiet minute] $(stat --format=%s "$quiet")"
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
    with machine_with(tmp_path, "pg_createcluster", "unshare") as machine:
        yield machine


MANY_WEEKS = """
for week in 2026-01-04 2026-01-11 2026-01-18; do
    systemctl start mlegitymacja-base-backup.service | sed 's/^/[base] /'
    mv /var/backups/mlegitymacja-base/$(date +%F) /var/backups/mlegitymacja-base/$week
    ask "INSERT INTO kept VALUES ('of $week'); SELECT pg_switch_wal()" >/dev/null
    sleep 1
done
systemctl start mlegitymacja-base-backup.service
echo "[base backups] $(ls /var/backups/mlegitymacja-base | tr '\\n' ' ')"
oldest=/var/backups/mlegitymacja-base/2026-01-18/base.tar.gz
echo "[oldest needed] $(tar -xzOf $oldest backup_label | sed -n 's/^START.*file \\(.*\\))$/\\1/p')"
ls /var/backups/mlegitymacja-wal | grep '^[0-9A-F]*\\.gz$' | head -n 1 | sed 's/^/[oldest kept] /'
sed -i 's/^archive_command.*/archive_command = false/' /etc/postgresql/15/main/conf.d/mlegitymacja.conf
pg_ctlcluster 15 main reload
ask "SELECT pg_switch_wal()" >/dev/null
for _ in $(seq 60); do [ "$(ask 'SELECT failed_count FROM pg_stat_archiver')" -gt 0 ] && break; sleep 0.5; done
echo "[failing archive] $(systemctl start mlegitymacja-base-backup.service 2>&1 | tail -n 1)" || true
pg_ctlcluster 15 main stop --mode immediate
"""


def followed(machine: Machine, script: str) -> dict[str, str]:
    """Run a script on a machine with PostgreSQL as in the guide, and return what it has said; of many the last."""
    machine.write("/root/mlegitymacja.conf", (ROOT / "deploy/postgresql/mlegitymacja.conf").read_bytes())
    machine.write(
        "/opt/mlegitymacja/current/deploy/bin/base-backup",
        (ROOT / "deploy/bin/base-backup").read_bytes(),
        0o755,
    )
    (command,) = re.findall("^ExecStart=(.*)$", UNIT, re.MULTILINE)
    (user,) = re.findall("^User=(.*)$", UNIT, re.MULTILINE)
    as_unit = f"(cd / && runuser --user {user} -- {command})"
    done = machine.run(
        BEFORE.format(conf="/root/mlegitymacja.conf", base_backup=as_unit) + script,
        network=False,
        seconds=300,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    return dict(re.findall(r"^\[([\w ]+)\] (.*)$", done.stdout, re.MULTILINE))


def recovered(machine: Machine, going_back: str) -> dict[str, str]:
    """Follow the guide, and return what was found afterwards."""
    return followed(machine, TAKING + MEANWHILE + going_back + AFTERWARDS)


def as_typed() -> str:
    """Return the commands with the moment and the base backup of this test."""
    typed = re.sub(r"^moment=.*$", 'moment="$right"', GOING_BACK, flags=re.MULTILINE)
    return re.sub(r"^base=.*$", 'base="$base_backup"', typed, flags=re.MULTILINE)


def test_it_goes_back_to_the_moment_and_no_further(machine: Machine) -> None:
    said = recovered(machine, as_typed())
    assert said["kept"] == "before the base backup,after it,"
    assert said["recovering"] == "f"
    assert int(said["archived"]) >= 1  # of its new timeline
    assert int(said["quiet minute"]) < 64 * 1024  # of 16 MB


def test_without_a_moment_it_goes_on_to_what_was_not_archived_yet(machine: Machine) -> None:
    typed = re.sub(r"^recovery_target_time.*\n", "", as_typed(), flags=re.MULTILINE)
    said = recovered(machine, typed)
    assert said["kept"] == "before the base backup,after it,the mistake,not archived yet,"


def test_old_base_backups_go_with_the_log_that_they_alone_need(machine: Machine) -> None:
    said = followed(machine, MANY_WEEKS)
    assert said["base backups"].split()[0] == "2026-01-18"
    assert len(said["base backups"].split()) == 2
    assert said["oldest kept"] == f"{said['oldest needed']}.gz"
    assert "archive_command fails" in said["failing archive"]
