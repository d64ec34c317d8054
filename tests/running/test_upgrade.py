"""An upgrade and a roll-back under way: the release before and the present code on one database, as
docs/deployment.md (A new version) promises for one version."""

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from script.lib.releases import SHOWS_LATER_MESSAGES
from tests.mdocs.sandbox_process import Sandbox
from tests.running.upgrade import PASSWORD, PATIENCE, Upgrade
from tests.stack.visitor import ORDER
from tests.waiting import wait_until

DATABASE = "upgrade"
CALM = {"processing_seconds": [0.2, 0.5]}
# What the release before does with its own code, of which the archive has neither scripts nor tests.
BEGIN = f"""
from pathlib import Path
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from students.models import User
folder = Path("{{folder}}")
call_command("import_students", str(folder / "usos.csv"), photos=folder / "photos", verbosity=0)
User.objects.create(username="clerk", is_staff=True, is_superuser=True)
User.objects.update(password=make_password("{PASSWORD}"), email="student@example.edu")
"""


@pytest.fixture
def upgrade(tmp_path: Path) -> Iterator[Upgrade]:
    server = os.environ["DATABASE_URL"]
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")  # of a run that was killed
        connection.execute(f"CREATE DATABASE {DATABASE}")
    (tmp_path / "data").mkdir()
    with Sandbox() as sandbox:
        sandbox.behave(**CALM)
        own = server.replace(urlsplit(server).path, f"/{DATABASE}", 1)
        it = Upgrade(tmp_path, sandbox, own)
        try:
            yield it
        finally:
            it.old.stop()
            it.new.stop()
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")


def test_what_one_version_has_begun_the_other_one_finishes(upgrade: Upgrade) -> None:
    old, new = upgrade.old, upgrade.new
    # The release before, on its own schema. What student1 orders waits, as mDokumenty is away.
    old.prepare()
    old.start_worker()
    old.manage("shell", "--verbosity=0", "--command", BEGIN.format(folder=upgrade.write_usos_file(5)))
    upgrade.start_web(old)
    upgrade.order(old, "student0")
    upgrade.wait_for(student0="ready")
    upgrade.sandbox.behave(outage=True)
    upgrade.order(old, "student1")

    # The upgrade. The database goes first, and the release before works on, on the new schema.
    with upgrade.nobody_sees_an_error(old, "student0"):
        new.prepare()
    upgrade.sandbox.behave(**CALM)
    upgrade.revoke(old, "student0")
    upgrade.wait_for(student0="revoked", student1="ready")
    upgrade.import_students(old)

    # Both webs, with the worker of the release before. A page was open before there was a new one.
    page = upgrade.look(old, "student2")
    upgrade.start_web(new)
    upgrade.press(new, "student2", page, ORDER)
    upgrade.revoke(new, "student1")
    upgrade.wait_for(student2="ready", student1="revoked")

    # What is begun by the release before alone, the new worker finishes.
    old.stop("worker")
    upgrade.order(old, "student3")
    upgrade.revoke(old, "student2")
    old.stop("web")
    new.start_worker()
    upgrade.wait_for(student2="revoked", student3="ready")
    upgrade.change_password(new, "student3")  # of which the new one writes a message
    upgrade.look_around(new, "student0", "student3", "student4")

    # The roll-back: what is begun by the new one alone, the release before finishes.
    new.stop("worker")
    upgrade.order(new, "student4")
    upgrade.revoke(new, "student3")
    new.stop("web")
    old.start_worker()
    upgrade.start_web(old)
    upgrade.wait_for(student3="revoked", student4="ready")
    upgrade.look_around(old, "student0", "student4", *(["student3"] if SHOWS_LATER_MESSAGES else []))
    assert_all_is_well(upgrade)


def assert_all_is_well(upgrade: Upgrade) -> None:
    """Assert that both truths agree, that everybody was told, and that nothing went wrong on the way."""
    undone = "SELECT count(*) FROM mdocs_orderevent WHERE dispatched_at IS NULL"
    unsent = "SELECT count(*) FROM notifications_message WHERE email_state = 'waiting'"
    wait_until(lambda: upgrade.ask(undone) == upgrade.ask(unsent) == [(0,)], PATIENCE)
    mails = "".join(file.read_text() for file in (upgrade.folder / "data" / "mail").iterdir())
    told = Counter(re.findall(r"^Message-ID: <message\.(\d+)\.", mails, re.MULTILINE))
    sent = upgrade.ask("SELECT id::text FROM notifications_message WHERE email_state = 'sent'")
    assert told == Counter(key for (key,) in sent)
    assert len(told) > len(upgrade.ask("SELECT id FROM mdocs_order"))
    said = json.loads(upgrade.new.manage("reconcile", "--dry-run", "--json"))
    assert said["differences"] == []
    there = [(each["client_reference"], each["status"]) for each in upgrade.sandbox.orders()]
    here = upgrade.ask("SELECT id::text, status FROM mdocs_order")
    assert sorted(there) == sorted(here)
    logs = upgrade.old.logs() + upgrade.new.logs()
    # What is told of mDokumenty's outage, and of a release that gives no signs of life, is as it should be.
    found = re.findall(r".*(?: ERROR | CRITICAL |Traceback).*", logs)
    wrong = [line for line in found if not re.search(r" (operations\.alarms|mdocs\.engine\.breaker) ", line)]
    assert wrong == [], logs
