"""The walk of docs/api.md, each command as it stands there, from an application's registration to the codes."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import IO

import pytest
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from mdocs.models import Order
from mdocs.statuses import Status
from students.models import Student
from students.roles import ADMINISTRATOR
from tests.structure.tree import ROOT
from tests.students.factories import make_eligible_student, make_member, make_user
from tests.usos_api.people import Person

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 60  # seconds


def commands(language: str) -> str:
    """Everything that the documentation says in a language."""
    page = (ROOT / "docs" / "api.md").read_text()
    blocks = re.findall(rf"^```{language}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert blocks
    return "".join(blocks)


@pytest.fixture
def anna(transactional_db: None) -> Student:
    """Return a student who may order, and signs in as `anna`."""
    return make_eligible_student(user=make_user("anna"))


@pytest.fixture
def registered(transactional_db: None) -> tuple[str, str]:
    """Return the key and the secret of an application, as the admin shows them."""
    browser = Client()
    browser.force_login(make_member(ADMINISTRATOR))
    form = {"name": "mUSOS", "email": "authors@example.edu.pl", "is_active": "on"}
    answer = browser.post("/admin/usos_api/consumer/add/", form | {"scopes": ["cards", "offline_access"]})
    key, secret = re.findall(r'id="consumer-(?:key|secret)">(\w+)<', answer.content.decode())
    return key, secret


def walk(
    shell: Sequence[str],
    language: str,
    server: LiveServer,
    registered: tuple[str, str],
    work: Callable[[], int],
) -> str:
    """Do what the documentation says, be the student in between, and return what was answered."""
    text = commands(language).replace("http://127.0.0.1:8000", server.url)
    for placeholder, value in zip(("your-consumer-key", "your-consumer-secret"), registered, strict=True):
        assert placeholder in text
        text = text.replace(placeholder, value)
    pipe = subprocess.PIPE
    environment = {"PATH": os.environ["PATH"], "no_proxy": "*"}
    with subprocess.Popen(
        [*shell, text], stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=environment
    ) as typed:
        assert typed.stdin and typed.stdout
        address = first_line(typed.stdout).removeprefix("Open ").strip()
        typed.stdin.write(Person(server.url, "anna").let_in(address) + "\n")
        typed.stdin.flush()
        end = time.monotonic() + PATIENCE
        while not Order.objects.exists() and typed.poll() is None and time.monotonic() < end:
            time.sleep(0.1)
        work()
        said, complaint = typed.communicate(timeout=PATIENCE)
    assert typed.returncode == 0, complaint
    return said


def first_line(pipe: IO[str]) -> str:
    line = pipe.readline()
    assert line.startswith("Open http"), line
    return line


def test_the_walk_with_curl(
    live_server: LiveServer, anna: Student, registered: tuple[str, str], work: Callable[[], int]
) -> None:
    said = walk(["bash", "-euo", "pipefail", "-c"], "bash", live_server, registered, work)
    order = anna.orders.get()
    assert order.status == Status.READY
    assert order.qr_token and f'"token":"{order.qr_token}"' in said
    assert f'"distribution_pass":"{order.activation_code}"' in said
    assert said.startswith('{"why_cannot_order":null}{"success":true}')
    assert said.endswith('{"success":true}')


def test_the_walk_in_python(
    live_server: LiveServer, anna: Student, registered: tuple[str, str], work: Callable[[], int]
) -> None:
    said = walk([sys.executable, "-I", "-c"], "python", live_server, registered, work)
    order = anna.orders.get()
    assert order.status == Status.REVOKING
    # The PIN's question may have come together with the line before it.
    assert len(said.removeprefix("PIN: ").split()) == 2, "the token, the activation code"
