"""Behind PgBouncer in transaction mode everything works: a real one, with one connection for all clients."""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from psycopg.conninfo import conninfo_to_dict

from operations.checks.database_status import database_status
from script.lib.pooler import PROGRAM, configure, socket, url
from tests.structure.tree import ROOT
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
# Each of these asks for something that a pooler in transaction mode does not do, unless it is told to do without: a
# setting at the start, a cursor that outlives its transaction, a lock or a setting of a session.
WORK = """
import django
django.setup()
from datetime import timedelta
from django.db import connection, transaction
from django.utils import timezone
from mdocs.engine.claims import claim_due
from mdocs.querysets import Lane
from operations import watch
from operations.checks.database_status import database_status
from students.models import User
from students.importing.batches import import_batch
User.objects.bulk_create(User(username=f"u{i}") for i in range(50))
assert sum(1 for _ in User.objects.order_by("pk").iterator(chunk_size=7)) >= 50
with transaction.atomic():
    import_batch([], by=None)
assert claim_due(Lane.SEND, timezone.now(), 5, timedelta(seconds=30)) == []
assert database_status() == "ok", database_status()
watch.run()
from mdocs.office.dashboard.page import attempt
assert attempt(User.objects.count) >= 50
print("all is well")
"""


@pytest.fixture
def pooler(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """Return the environment of a process whose connections go through PgBouncer.

    A parameter is how many seconds a question waits for a connection of PostgreSQL's.
    """
    if PROGRAM is None:
        if os.environ.get("CI"):
            pytest.fail("PgBouncer is not installed")
        pytest.skip("PgBouncer is not installed")
    given: dict[str, Any] = connection.get_connection_params()
    with tempfile.TemporaryDirectory(prefix="pooler") as name:
        folder = Path(name)
        folder.chmod(0o777)  # it refuses to be root
        target = {name: given.get(name) for name in ("dbname", "host", "port", "user", "password")}
        address = " ".join(f"{key}={value}" for key, value in target.items() if value)
        file = configure(folder, address, pool=1)
        # What is asked for at the start of a connection is refused here rather than ignored, so that it is noticed.
        text = re.sub(r"ignore_startup_parameters.*\n", "", file.read_text())
        if wait := getattr(request, "param", None):
            text = re.sub(r"query_wait_timeout = \d+", f"query_wait_timeout = {wait}", text)
        file.write_text(text)
        as_somebody = [f"--user={owner_of(given['host'])}"] if os.getuid() == 0 else []
        process = subprocess.Popen([PROGRAM, *as_somebody, file], stderr=subprocess.DEVNULL)
        try:
            wait_until(socket(folder).exists)
            yield {"DATABASE_URL": url(folder, "anybody"), "PGBOUNCER": "true"}
        finally:
            process.terminate()
            process.wait(10)


def owner_of(host: str) -> str:
    """Return who may reach PostgreSQL: the owner of the folder of its socket, else anybody."""
    return Path(host).owner() if host.startswith("/") else "nobody"


def run(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the work in a process of its own."""
    given = {
        "DJANGO_SETTINGS_MODULE": "mlegitymacja_portal.settings",
        "REDIS_URL": settings.REDIS_URL,
        "PYTHONPATH": str(ROOT),
    }
    return subprocess.run(
        [sys.executable, "-c", WORK],
        env=os.environ | given | environment,
        capture_output=True,
        text=True,
        timeout=240,
    )


def test_all_works_behind_a_pooler(pooler: dict[str, str]) -> None:
    done = run(pooler)
    assert done.stdout.strip().endswith("all is well"), done.stderr[-2_000:]


def test_without_the_setting_it_would_not(pooler: dict[str, str]) -> None:
    done = run(pooler | {"PGBOUNCER": "false"})
    assert done.returncode != 0 and "options" in done.stderr


@pytest.mark.parametrize(("pooler", "status"), [(None, "no answer"), (1, "full")], indirect=["pooler"])
def test_a_pool_that_is_taken_is_no_database_that_is_away(
    pooler: dict[str, str], status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = pooler["DATABASE_URL"]
    of_pooler = {key.upper(): value for key, value in conninfo_to_dict(address).items()}
    behind: dict[str, Any] = {**of_pooler, "NAME": of_pooler["DBNAME"], "OPTIONS": {}}
    for key, value in behind.items():
        monkeypatch.setitem(connection.settings_dict, key, value)
    with psycopg.connect(address) as holding:  # the one that there is
        holding.execute("SELECT 1")
        begun = time.monotonic()
        assert database_status() == status
        assert time.monotonic() - begun < 15, (
            "whoever asks does not wait as long as the pooler has questions wait"
        )
    assert database_status() == "ok"
