"""The cast and the machinery that tests share: a real sandbox, a wire to it, students who may order."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from auditlog.context import auditlog_value
from celery import current_app
from django.conf import settings
from django.core.files.storage import storages
from django.test import Client, override_settings
from django.utils import translation
from pytest_django.plugin import DjangoDbBlocker
from pytest_httpserver import HTTPServer
from xdist.scheduler import LoadFileScheduling

from mdocs.engine import processing_times, rounds
from mdocs.engine.gateway import connection
from mdocs.mdokumenty import Mdokumenty
from mdocs.models import Order
from mdocs.querysets import Lane
from mdocs.templatetags import kept
from mlegitymacja_portal.broker import broker_url
from operations import maintenance
from students.conditions import RULES
from students.models import Job, Photo, Student, User
from tests.database import keep_initial_rows
from tests.mdocs.engine.worker import Worker
from tests.mdocs.sandbox_process import Sandbox
from tests.students.factories import make_clerk, make_eligible_student

WHOLE_PORTALS = {"tests/stack", "tests/night"}  # folders of tests that start a script/server
TAKE_LONGEST = WHOLE_PORTALS | {"tests/scale", "tests/running"}
GATEWAY_TIMEOUT = 10.0  # seconds, as in settings: the machine may be busy
IMPATIENT = 1.0  # seconds; the sandbox's `hang` is longer


class ByPortal(LoadFileScheduling):
    """Gives each file to one process of those that test side by side, and what shares a portal too."""

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        folder = file.rpartition("/")[0]
        return folder if folder in WHOLE_PORTALS else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByPortal:
    """Say how tests are shared out, with `-n`."""
    return ByPortal(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no process is left with it at the end."""
    items.sort(key=lambda item: item.nodeid.rpartition("/")[0] not in TAKE_LONGEST)


@pytest.fixture(autouse=True, scope="session")
def _test_settings() -> Iterator[None]:
    """Have what holds in all tests be set once: to set it takes as long as a small test."""
    changed = {
        # Signing in costs no second.
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
        "STORAGES": settings.STORAGES
        | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}},
        # Counters in Redis outlive a test: who tries a limit sets it, and begins with none.
        "RATE_LIMITS": {kind: (10**6, window) for kind, (_most, window) in settings.RATE_LIMITS.items()},
    }
    with override_settings(**changed):
        yield


@pytest.fixture(autouse=True)
def _as_in_the_first_test(settings: Any, tmp_path: Path) -> None:
    """Have no test see what the test before has left in this process; one fixture, since each costs every test."""
    settings.DATA_DIR = tmp_path
    # Nobody acts, in the audit log, for somebody of the test before. "signal_duid": of no request, for a live server
    # may be in the middle of one.
    auditlog_value.set({"signal_duid": ""})
    # This process knows of no maintenance, so that it asks in no test: a page costs the same in each.
    maintenance.remember(None, float("inf"))
    connection.cache_clear()  # no test asks where mDokumenty was for another
    processing_times.forget()  # no test expects an mDokumenty as slow as in the test before
    kept.forget()  # no page shows what was made with other settings and addresses
    translation.deactivate()  # no test speaks the language in which somebody read a page


@pytest.fixture(autouse=True, scope="session")
def _own_redis() -> None:
    """Give each of the processes that test side by side a database of Redis to itself."""
    if process := os.environ.get("PYTEST_XDIST_WORKER"):
        number = int(process.removeprefix("gw")) + 1
        if settings.REDIS_URL.startswith("unix:"):
            settings.REDIS_URL = f"{settings.REDIS_URL}?db={number}"
        else:
            settings.REDIS_URL = urlsplit(settings.REDIS_URL)._replace(path=f"/{number}").geturl()
        settings.CELERY_BROKER_URL = broker_url(settings.REDIS_URL)
        current_app.conf.update(broker_url=settings.CELERY_BROKER_URL)


@pytest.fixture(autouse=True, scope="session")
def _own_files() -> None:
    """Give each of them photos and tables of its own: what no row names in one database is another's."""
    if process := os.environ.get("PYTEST_XDIST_WORKER"):
        for model, name in ((Photo, "photos"), (Job, "jobs")):
            options = settings.STORAGES[name]["OPTIONS"]
            options["location"] = Path(options["location"]).parent / process / name
            field: Any = model._meta.get_field("file")
            field.storage = storages.create_storage(settings.STORAGES[name])  # asked for once, at a start


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Make the test database, to which every test that commits leads back."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        keep_initial_rows(patch)
        yield


@pytest.fixture(scope="session")
def make_httpserver() -> Iterator[HTTPServer]:
    """Have `httpserver` answer several clients at once: a browser opens connections on which it asks nothing yet."""
    with HTTPServer(threaded=True) as server:
        yield server


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[Sandbox]:
    """One sandbox for all tests; use `sandbox`, which is empty and well-behaved."""
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(sandbox_process: Sandbox, settings: Any) -> Sandbox:
    """Return an mDokumenty that is empty, and makes documents at once."""
    sandbox_process.reset()
    sandbox_process.behave(processing_seconds=[0, 0])
    settings.MDOKUMENTY_URL = sandbox_process.url
    return sandbox_process


@pytest.fixture
def gateway(sandbox: Sandbox, request: pytest.FixtureRequest) -> Iterator[Mdokumenty]:
    """Return a real client of the sandbox."""
    timeout = IMPATIENT if request.node.get_closest_marker("impatient") else GATEWAY_TIMEOUT
    client = Mdokumenty(sandbox.url, timeout=timeout)
    yield client
    client.close()


@pytest.fixture
def work(gateway: Mdokumenty) -> Callable[[], int]:
    """Return a worker that does, when called, everything that is due, whenever it would have been due."""

    def work_off() -> int:
        handled = 0
        for _ in range(30):
            Order.objects.filter(next_attempt_at__isnull=False).update(next_attempt_at="2000-01-01T00:00Z")
            round_handled = sum(rounds.run_round(lane, gateway) for lane in Lane)
            handled += round_handled
            settled = not Order.objects.exclude(status__in=["ready", "collected"]).live().exists()
            if not round_handled or settled:
                break
        return handled

    return work_off


@pytest.fixture
def worker(gateway: Mdokumenty) -> Worker:
    """Return a worker for the sandbox whose clock the test sets, so that no back-off takes any time."""
    return Worker(gateway)


@pytest.fixture
def student(db: None) -> Student:
    """Return a student who meets every condition."""
    return make_eligible_student()


@pytest.fixture
def other_student(db: None) -> Student:
    """Return another student who meets every condition."""
    return make_eligible_student(first_names="Jan", last_name="Kowalski", sex="M")


@pytest.fixture
def clerk(db: None) -> User:
    """Return a clerk who may look at students and orders."""
    return make_clerk("students.view_student", "mdocs.view_order")


@pytest.fixture
def student_client(client: Client, student: Student) -> Client:
    """Return a browser in which `student` is signed in."""
    client.force_login(student.user)
    return client


@pytest.fixture(params=sorted(RULES))
def either_rules(request: pytest.FixtureRequest, settings: Any) -> str:
    """Have the test run under each set of rules: what holds whatever the rules is tried under both."""
    settings.ELIGIBILITY_RULES = request.param
    return str(request.param)
