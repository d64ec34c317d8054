"""A backup taken under load, what happened after it, a restore: nothing is doubled, nothing revoked lives."""

import os
import re
import shutil
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from mdocs import orders
from mdocs.engine import orphans, reconciliation, rounds
from mdocs.mdokumenty import Mdokumenty
from mdocs.models import Order, OrphanDocument, Reconciliation
from mdocs.querysets import Lane
from mdocs.statuses import Status
from script.lib.programs import UNPACKED
from students.models import Student, User
from students.redis_client import client as redis_client
from students.roles import ADMINISTRATOR
from tests.mdocs.sandbox_process import Sandbox
from tests.students.factories import make_eligible_student, make_member

pytestmark = pytest.mark.django_db(transaction=True)

Work = Callable[[], int]
PAGE = "/dla-studentow/moje-studia/mlegitymacja/"
ALIVE = {"pending", "processing", "ready", "collected"}


def program(name: str) -> Path:
    """Return PostgreSQL's program of the server's own version; skip the test where the machine has none."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        major = int(cursor.fetchone()[0]) // 10_000
    places: list[str | Path | None] = [
        shutil.which(name),
        f"/usr/lib/postgresql/{major}/bin/{name}",
        *UNPACKED.glob(f"**/bin/{name}"),
    ]
    for place in places:
        if place and Path(place).exists():
            said = subprocess.run([place, "--version"], capture_output=True, text=True, check=True).stdout
            if (found := re.search(r"\d+", said)) and int(found[0]) == major:
                return Path(place)
    pytest.skip(f"there is no {name} of PostgreSQL {major}")


def environment() -> dict[str, str]:
    """Return the variables by which PostgreSQL's programs find the database of the test."""
    values = connection.settings_dict
    named = {
        "PGHOST": "HOST",
        "PGPORT": "PORT",
        "PGUSER": "USER",
        "PGPASSWORD": "PASSWORD",
        "PGDATABASE": "NAME",
    }
    host = values.get("OPTIONS", {}).get("host", "")
    found = {name: str(values[key]) for name, key in named.items() if values.get(key)}
    return os.environ | ({"PGHOST": str(host)} if host else {}) | found


@pytest.fixture
def load(gateway: Mdokumenty) -> Iterator[Callable[[list[Student]], threading.Thread]]:
    """Return what orders for students in a thread, with a worker at work."""
    threads: list[threading.Thread] = []

    def begin(crowd: list[Student]) -> threading.Thread:
        def work() -> None:
            try:
                for student in crowd:
                    orders.place(student, by=student.user)
                    for lane in Lane:
                        rounds.run_round(lane, gateway)
            finally:
                connections.close_all()

        threads.append(threading.Thread(target=work))
        threads[-1].start()
        return threads[-1]

    yield begin
    for thread in threads:
        thread.join()


def test_a_restored_backup_and_mdokumenty_agree_again(
    sandbox: Sandbox,
    work: Work,
    gateway: Mdokumenty,
    load: Callable[[list[Student]], threading.Thread],
    client: Client,
    settings: Any,
    tmp_path: Path,
) -> None:
    settings.REFERENCES_FILE = str(tmp_path / "references.log")
    redis_client(2.0).delete("mdocs:newest_event")
    pg_dump, pg_restore = program("pg_dump"), program("pg_restore")
    dump = tmp_path / "backup"
    first, *crowd = [make_eligible_student() for _ in range(13)]
    revoked, crowd = crowd[0], crowd[1:]
    for student in (first, revoked):
        orders.place(student, by=student.user)
    work()
    thread = load(crowd[:6])
    subprocess.run([pg_dump, "-Fc", "-f", dump], env=environment(), check=True)
    thread.join()

    # After the backup: more orders, and a document that is revoked.
    for student in crowd[6:]:
        orders.place(student, by=student.user)
    orders.revoke(Order.objects.get(student=revoked), by=revoked.user)
    work()
    reconciliation.tick(gateway, timezone.now())
    before = {order["client_reference"]: order["status"] for order in sandbox.orders()}

    connections.close_all()
    restore: list[str | Path] = [
        pg_restore,
        "--clean",
        "--if-exists",
        "--single-transaction",
        "-d",
        environment()["PGDATABASE"],
        dump,
    ]
    subprocess.run(restore, env=environment(), check=True, capture_output=True)
    known = {str(pk) for pk in Order.objects.values_list("pk", flat=True)}
    lost = [reference for reference in before if reference not in known]
    assert len(lost) >= 5, "what was ordered after the backup is unknown"

    Order.objects.live().update(leased_until=None)
    reconciliation.tick(gateway, timezone.now())
    work()
    assert Reconciliation.objects.first().cause == "restored"  # type: ignore[union-attr]
    assert Order.objects.get(student=revoked).status == Status.REVOKED
    assert {str(each.reference) for each in OrphanDocument.objects.filter(ended_at=None)} == set(lost)

    # Students see the truth; one of the lost ones orders again, the office has the others revoked.
    client.force_login(revoked.user)
    assert "status-revoked" in client.get(PAGE).content.decode()
    again = crowd[-1]
    client.force_login(again.user)
    assert "Zamów mLegitymację" in client.get(PAGE).content.decode()
    orders.place(again, by=again.user)
    work()
    administrator: User = make_member(ADMINISTRATOR)
    for orphan in OrphanDocument.objects.filter(ended_at=None):
        orphans.revoke(orphan, by=administrator)
    orphans.revoke_due(gateway)

    alive = Counter(order["holder"]["pesel"] for order in sandbox.orders() if order["status"] in ALIVE)
    assert set(alive.values()) == {1}, "nobody has two"
    here = {str(pk) for pk in Order.objects.live().values_list("pk", flat=True)}
    there = {order["client_reference"] for order in sandbox.orders() if order["status"] in ALIVE}
    assert here == there
    assert not OrphanDocument.objects.filter(ended_at=None).exists()
