"""PgBouncer of docs/deployment.md, followed on a throw-away machine: who is let in by what, and to where.

It needs root on Debian, with PostgreSQL and PgBouncer; nothing is fetched.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from script.lib.pooler import PROGRAM
from tests.deploy.machine import Machine, machine_with
from tests.structure.tree import ROOT

SECTION = (ROOT / "docs/deployment.md").read_text().partition("\n## PgBouncer\n")[2].partition("\n## ")[0]
(TYPED,) = re.findall(r"```sh\n(.*?)```", SECTION, re.DOTALL)
# PostgreSQL and the variables as in the guide, and what no machine without systemd has.
BEFORE = r"""
apt-get() { true; }
mlegitymacja() { echo "[run] $*"; }
systemctl() {
    [ "$*" = 'restart pgbouncer' ] || return 0
    runuser --user postgres -- pgbouncer --quiet /etc/pgbouncer/pgbouncer.ini &
    for _ in $(seq 50); do (echo >/dev/tcp/127.0.0.1/6432) 2>/dev/null && return; sleep 0.1; done
}
id mlegitymacja >/dev/null 2>&1 || useradd --system mlegitymacja
pg_lsclusters --no-header | grep -q ' main ' || pg_createcluster 15 main
pg_ctlcluster 15 main stop 2>/dev/null || true
pg_ctlcluster 15 main start
runuser --user postgres -- createuser mlegitymacja
runuser --user postgres -- createdb --owner=mlegitymacja mlegitymacja
mkdir -p /etc/mlegitymacja
url='postgresql://mlegitymacja@/mlegitymacja?host=/var/run/postgresql'
echo "DATABASE_URL='$url'" >/etc/mlegitymacja/environment
"""
AFTERWARDS = r"""
. /etc/mlegitymacja/environment
ask() { runuser --user "$1" -- psql --no-psqlrc --tuples-only --no-align "$2" --command "$3" 2>&1 | tail -n 1; }
echo "[through it] $(ask mlegitymacja "$DATABASE_URL" "SELECT current_user || ' ' || inet_server_port()")"
where="SELECT current_user || coalesce(host(inet_server_addr()), '')"
echo "[past it] $(ask mlegitymacja "$BACKUP_DATABASE_URL" "$where")"
echo "[another password] $(ask mlegitymacja "${DATABASE_URL/$password/guessed}" 'SELECT 1')"
echo "[jit] $(ask mlegitymacja "$DATABASE_URL" 'SHOW jit')"
echo "[told] $PGBOUNCER"
echo "[secret] $(stat --format=%U:%a /etc/pgbouncer/userlist.txt) $(grep -c "$password" /etc/pgbouncer/userlist.txt)"
pg_ctlcluster 15 main stop --mode immediate
"""


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    with machine_with(tmp_path, "pg_createcluster", PROGRAM or "pgbouncer") as machine:
        yield machine


def test_the_portal_is_let_in_by_its_password_alone(machine: Machine) -> None:
    ini = "deploy/pgbouncer/pgbouncer.ini"
    machine.write(f"/opt/mlegitymacja/current/{ini}", (ROOT / ini).read_bytes())
    done = machine.run(BEFORE + TYPED + AFTERWARDS, network=False, seconds=120)
    assert done.returncode == 0, done.stdout[-4000:]
    said = dict(re.findall(r"^\[([\w ]+)\] (.*)$", done.stdout, re.MULTILINE))
    assert said["through it"] == "mlegitymacja 5432"
    assert said["past it"] == "mlegitymacja"
    assert "authentication failed" in said["another password"]
    assert (said["jit"], said["told"]) == ("off", "true")
    assert said["secret"] == "postgres:640 0"  # the password itself is not in it
