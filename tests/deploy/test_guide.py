"""docs/deployment.md followed from its first line to a running portal, on a machine that is thrown away afterwards.

It fetches packages from Debian and PyPI, and takes many minutes:
`FOLLOW_GUIDE=1 script/test tests/deploy/test_guide.py`.

What is put in the place of a person: a password, files that a university has, and a stand-in for systemd.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone

from tests.deploy.machine import Machine
from tests.structure.tree import ROOT
from tests.students.importing.usos_file import many_rows, write_csv

DEBIAN = Path("/etc/debian_version")
GUIDE = (ROOT / "docs/deployment.md").read_text()
SECTION = GUIDE.partition("\n## From a bare Debian to a running portal\n")[2].partition("\n## ")[0]
BLOCKS = re.findall(r"```sh\n(.*?)```", SECTION, re.DOTALL)
VERSION = "0.1.0"
NEEDS_NETWORK = 2  # the first blocks: programs, and the code with its packages
# What people type or have, and what no machine without systemd has.
GIVEN = """
cd /root
seen() {
    curl --silent --show-error --fail --max-time 60 --resolve legitymacja.example.edu:443:127.0.0.1 \\
        --cacert /etc/mlegitymacja/tls/fullchain.pem "https://legitymacja.example.edu$1"
}
ask() { runuser --user postgres -- psql --tuples-only --no-align "$1" --command "$2"; }
export DJANGO_SUPERUSER_PASSWORD='a password of the first administrator'
pg_lsclusters --no-header | grep -q ' main ' || pg_createcluster 15 main
"""
AFTERWARDS = """
echo "[the page] $(seen /logowanie/ | grep -c csrfmiddlewaretoken)"
echo "[health] $(seen /health/ready)"
token=$(sed -n "s/^METRICS_TOKEN='\\(.*\\)'/\\1/p" /etc/mlegitymacja/environment)
curl --silent --fail --header "Authorization: Bearer $token" http://127.0.0.1:8000/metrics >/tmp/metrics
echo "[metrics] $(grep -c '^portal_' /tmp/metrics)"
systemctl restart mlegitymacja-web.service
echo "[after a restart] $(seen /health/live)"
systemctl start mlegitymacja-import.service
echo "[students] $(ask mlegitymacja 'SELECT count(*) FROM students_student')"
systemctl start mlegitymacja-backup.service
backup=$(echo /var/backups/mlegitymacja/20*)
recorded="SELECT string_agg(name, ' ' ORDER BY name) FROM students_periodictask WHERE name LIKE 'mlegitymacja-%'"
echo "[recorded] $(ask mlegitymacja "$recorded")"
echo "[backup] $(ls "$backup" | tr '\\n' ' ')"
{restore}
{restore_once_more} 2>&1 | sed 's/^/[again] /' || true
echo "[restored students] $(ask mlegitymacja_restored 'SELECT count(*) FROM students_student')"
echo "[portal after a stop] $(seen /health/live 2>&1 | tail -c 60 | tr '\\n' ' ')"
echo "[owners] $(stat --format=%U:%a /var/lib/mlegitymacja /etc/mlegitymacja/environment | tr '\\n' ' ')"
"""


def restoring() -> tuple[str, str]:
    """Return the guide's commands of a restore, of the backup that was made; and the last of them alone."""
    section = GUIDE.partition("**Restore** into a new database")[2].partition("\nThen put")[0]
    (typed,) = re.findall(r"((?:^    .*\n)+)", section, re.MULTILINE)
    lines = [line.removeprefix("    ") for line in typed.splitlines()]
    of_this_backup = re.sub(r"/var/backups/mlegitymacja/20\S+", '"$backup"', "\n".join(lines))
    return of_this_backup, of_this_backup.splitlines()[-1]


def test_the_restore_stops_the_portal_and_runs_in_any_folder() -> None:
    typed, last = restoring()
    assert typed.startswith("systemctl stop mlegitymacja.target mlegitymacja-web.socket\n")
    assert last == 'runuser --user mlegitymacja -- /opt/mlegitymacja/current/deploy/bin/restore "$backup"'
    assert typed.count('"$backup"') == 1


def test_what_is_copied_is_a_shell_script() -> None:
    assert len(BLOCKS) >= 10
    for block in BLOCKS:
        said = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True, check=False)
        assert said.stderr == ""


def test_files_that_the_guide_names_are_there() -> None:
    made = {"deploy/container/container.env"}
    for path in set(re.findall(r"(?<![\w/])deploy/[\w./-]*\w", GUIDE)) - made:
        assert (ROOT / path).exists(), path


def archive(commit: str) -> bytes:
    """Return the archive of a release, made by the guide's own command."""
    (command,) = re.findall(r"^    (git archive .*)$", GUIDE, re.MULTILINE)
    words = [word for word in command.split() if not word.startswith("--output=")]
    return subprocess.run([*words[:-1], commit], cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout


@pytest.mark.parametrize("prefix", [f"mlegitymacja-{VERSION}/", "portal-4f0c1d2/"])
def test_the_archive_is_unpacked_into_the_folder_of_the_release(tmp_path: Path, prefix: str) -> None:
    """That of a forge has another folder in front."""
    made = subprocess.run(
        ["git", "archive", "--format=tar.gz", f"--prefix={prefix}", "HEAD", "manage.py", "deploy/bin"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    (tmp_path / f"mlegitymacja-{VERSION}.tar.gz").write_bytes(made)
    (unpack,) = re.findall(r"^tar .*$", BLOCKS[1], re.MULTILINE)
    folder = tmp_path / "release"
    folder.mkdir()
    subprocess.run(
        unpack.replace(f"/opt/mlegitymacja/releases/{VERSION}", str(folder)).split(), cwd=tmp_path, check=True
    )
    assert (folder / "manage.py").exists() and (folder / "deploy/bin/backup").exists()


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    with Machine(tmp_path) as machine:
        machine.write(f"/root/mlegitymacja-{VERSION}.tar.gz", archive("HEAD"))
        machine.write(
            "/usr/local/sbin/systemctl", (Path(__file__).parent / "systemctl.py").read_bytes(), 0o755
        )
        (machine.root / "srv/usos").mkdir(parents=True)
        write_csv(machine.root / "srv/usos/students.csv", many_rows(5, today=timezone.localdate()))
        for name, files in {
            "portal": ("fullchain.pem", "privkey.pem"),
            "client": ("mdokumenty.pem", "mdokumenty.key"),
        }.items():
            certificate, key = (machine.root / "root" / file for file in files)
            subprocess.run(
                [
                    *(
                        "openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "ec",
                        "-pkeyopt",
                        "ec_paramgen_curve:P-256",
                        "-nodes",
                    ),
                    *(
                        "-days",
                        "30",
                        "-subj",
                        f"/CN={name}",
                        "-addext",
                        "subjectAltName=DNS:legitymacja.example.edu",
                    ),
                    *("-out", certificate, "-keyout", key),
                ],
                check=True,
                capture_output=True,
            )
        yield machine


def as_typed(block: str) -> str:
    """Return a block as a person types it who is asked for a password."""
    return re.sub(r"(createsuperuser .*)", r"\1 --no-input", block).replace(
        "OPTIONS='--photos /srv/usos/photos'", "OPTIONS=''"
    )


@pytest.mark.skipif("FOLLOW_GUIDE" not in os.environ, reason="takes many minutes; FOLLOW_GUIDE=1 asks for it")
@pytest.mark.skipif(not DEBIAN.exists() or os.geteuid() != 0, reason="it is for root on Debian")
@pytest.mark.skipif(not shutil.which("unshare"), reason="no util-linux on this machine")
def test_the_guide_leads_to_a_running_portal(machine: Machine) -> None:
    online = machine.run("cd /root\n" + "\n".join(BLOCKS[:NEEDS_NETWORK]), network=True, seconds=1800)
    assert online.returncode == 0, online.stdout[-4000:]
    typed = "\n".join(map(as_typed, BLOCKS[NEEDS_NETWORK:]))
    restore, once_more = restoring()
    afterwards = AFTERWARDS.replace("{restore}", restore).replace("{restore_once_more}", once_more)
    followed = machine.run(GIVEN + typed + afterwards, network=False, seconds=1800)
    told = followed.stdout
    logs = "\n".join(
        f"== {log.name}\n{log.read_text()[-1500:]}"
        for log in sorted(machine.root.glob("var/log/units/*.log"))
    )
    assert followed.returncode == 0, f"{told[-4000:]}\n{logs[-6000:]}"
    said = dict(re.findall(r"^\[([a-z ]+)\] (.*)$", told, re.MULTILINE))
    assert int(said["the page"]) >= 1
    assert '"database": "ok"' in said["health"]
    assert '"redis": "ok"' in said["health"]
    assert int(said["metrics"]) > 50
    assert said["after a restart"] == '{"status": "ok"}'
    assert said["students"] == said["restored students"] == "5"
    assert said["backup"].split() == ["database.dump", "photos.tar", "sha256sums"]
    assert said["recorded"] == "mlegitymacja-backup mlegitymacja-import"
    assert "restore into an empty one" in said["again"]
    assert '"status"' not in said["portal after a stop"]
    assert said["owners"] == "mlegitymacja:700 root:640 "
