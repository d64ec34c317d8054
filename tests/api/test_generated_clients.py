"""Clients that published generators make of the OpenAPI document go a student's and the staff's whole way."""

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from api.scopes import TokenScope
from mdocs.models import Order
from mdocs.statuses import Status
from students.models import Student
from students.roles import CLERK
from tests.api.caller import make_token
from tests.mdocs.factories import make_order
from tests.published import environment, javascript, node, python
from tests.students.factories import make_member

HERE = Path(__file__).with_name("generated")
PATIENCE = 300  # seconds; the generators and the compiler take a while on a busy machine
# Strict about everything but the libraries' own types.
TSC = (
    "--strict",
    "--skipLibCheck",
    "--target",
    "es2022",
    "--module",
    "node16",
    "--moduleResolution",
    "node16",
)

Made = tuple[list[str], dict[str, str]]  # a command and its environment


def run(command: list[str], folder: Path, env: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stdout + done.stderr


def by_openapi_python_client(folder: Path) -> Made:
    env = {"PATH": f"{Path(python()).parent}:{os.environ['PATH']}", "PYTHONPATH": str(folder)}
    options = ["--meta", "none", "--output-path", "portal_client", "--fail-on-warning"]
    generator = str(Path(python()).with_name("openapi-python-client"))
    run([generator, "generate", "--path", "openapi.json", *options], folder, env)
    return [python(), str(HERE / "journey.py")], env


def in_typescript(folder: Path, generate: list[str], journey: str) -> Made:
    packages, env = javascript() / "node_modules", environment()
    (folder / "node_modules").symlink_to(packages)
    (folder / "package.json").write_text('{"type": "commonjs"}')
    run([*node(), *generate], folder, env)
    shutil.copy(HERE / journey, folder)
    compiler = str(packages / "typescript" / "bin" / "tsc")
    run([*node(), compiler, *TSC, "--outDir", "built", "--rootDir", ".", journey], folder, env)
    return [*node(), str(folder / "built" / journey.replace(".ts", ".js"))], env


def by_hey_api(folder: Path) -> Made:
    generator = str(javascript() / "node_modules" / "@hey-api" / "openapi-ts" / "bin" / "run.js")
    options = ["-i", "openapi.json", "-o", "client", "-c", "@hey-api/client-fetch", "--no-log-file"]
    return in_typescript(folder, [generator, *options], "hey-api.ts")


def by_openapi_typescript(folder: Path) -> Made:
    generator = str(javascript() / "node_modules" / "openapi-typescript" / "bin" / "cli.js")
    return in_typescript(folder, [generator, "openapi.json", "-o", "schema.d.ts"], "openapi-fetch.ts")


GENERATORS = {
    "openapi-python-client": by_openapi_python_client,
    "@hey-api/openapi-ts": by_hey_api,
    "openapi-typescript with openapi-fetch": by_openapi_typescript,
}


@pytest.fixture(scope="module", params=GENERATORS)
def made(request: pytest.FixtureRequest, tmp_path_factory: Any, django_db_setup: None) -> Iterator[Made]:
    """Return the command of a journey by a generated client, made once for both journeys."""
    folder = tmp_path_factory.mktemp("generated")
    document = Client().get("/api/v1/schema/?format=json").json()
    (folder / "openapi.json").write_text(json.dumps(document))
    yield GENERATORS[request.param](folder)


@pytest.mark.django_db(transaction=True)
def test_a_student_orders_reads_codes_and_ends_it(
    made: Made, live_server: LiveServer, student: Student, work: Callable[[], int]
) -> None:
    token = make_token(student.user, TokenScope.READ_ME, TokenScope.ORDER, TokenScope.CODES)
    command, env = made
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [*command, live_server.url, token], stdout=pipe, stderr=pipe, text=True, env=env
    ) as script:
        end = time.monotonic() + PATIENCE
        while not Order.objects.exists() and script.poll() is None and time.monotonic() < end:
            time.sleep(0.1)
        work()
        said, complaint = script.communicate(timeout=PATIENCE)
    assert script.returncode == 0, complaint
    order = Order.objects.get()
    assert re.fullmatch("[0-9A-Z]{6}", said.strip()), "the activation code, while it worked"
    assert (order.status, order.order_again) == (Status.REVOKING, False)


@pytest.mark.django_db(transaction=True)
def test_staff_find_a_student_extend_the_card_and_revoke(
    made: Made, live_server: LiveServer, student: Student
) -> None:
    order = make_order(student, Status.READY)
    faculty = student.enrolments.get().programme.faculty
    token = make_token(make_member(CLERK, faculty), TokenScope.STAFF_READ, TokenScope.STAFF_WRITE)
    card = student.cards.get()
    until = card.valid_until + timedelta(days=1)
    command, env = made
    call = [*command, live_server.url, token, str(student.pesel), until.isoformat()]
    done = subprocess.run(call, env=env, capture_output=True, text=True, timeout=PATIENCE)
    assert (done.returncode, done.stdout.strip()) == (0, "done"), done.stderr
    card.refresh_from_db()
    order.refresh_from_db()
    assert (card.valid_until, order.status) == (until, Status.REVOKING)
