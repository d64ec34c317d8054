"""Clients in other languages, unchanged, as they come from npm and Debian, against the running portal."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from mdocs.statuses import Status
from students.models import Student
from tests.published import environment, found, node, program
from tests.students.factories import make_eligible_student, make_user
from tests.usos_api.people import Person
from usos_api.models import Consumer

pytestmark = pytest.mark.django_db(transaction=True)

CLIENTS = Path(__file__).with_name("clients")
JARS = Path("/usr/share/java")
PATIENCE = 60  # seconds


def node_oauth() -> tuple[list[str], dict[str, str]]:
    return [*node(), str(CLIENTS / "client.js")], environment()


def ruby_oauth() -> tuple[list[str], dict[str, str]]:
    return [program("ruby"), str(CLIENTS / "client.rb")], {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}


def php_oauth() -> tuple[list[str], dict[str, str]]:
    return [program("php"), str(CLIENTS / "client.php")], {"PATH": os.environ["PATH"]}


def java_signpost() -> tuple[list[str], dict[str, str]]:
    jars = (JARS / "signpost-core.jar", JARS / "commons-codec.jar")
    libraries = ":".join(found(jar, "signpost") for jar in jars)
    return [program("java"), "-cp", libraries, str(CLIENTS / "Client.java")], {"PATH": os.environ["PATH"]}


@pytest.fixture
def anna(transactional_db: None) -> Student:
    """Return a student who may order, and signs in as `anna`."""
    return make_eligible_student(user=make_user("anna"))


def drive(command: tuple[list[str], dict[str, str]], server: LiveServer, consumer: Consumer) -> Any:
    """Run a client, be the student whose consent it asks for, and return what it tells."""
    base, pipe = f"{server.url}/", subprocess.PIPE
    call = [*command[0], base, consumer.key, consumer.secret]
    with subprocess.Popen(call, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=command[1]) as client:
        assert client.stdout
        line = client.stdout.readline()
        if not line:
            raise AssertionError(client.communicate(timeout=PATIENCE)[1])
        pin = Person(base, "anna").let_in(json.loads(line)["address"])
        said, complaint = client.communicate(f"{pin}\n", timeout=PATIENCE)
    assert client.returncode == 0, complaint
    return json.loads(said)


@pytest.mark.parametrize("client", [node_oauth, ruby_oauth, php_oauth, java_signpost])
def test_a_client_signs_in_orders_and_reads(
    live_server: LiveServer,
    anna: Student,
    consumer: Consumer,
    client: Callable[[], tuple[list[str], dict[str, str]]],
) -> None:
    told = drive(client(), live_server, consumer)
    assert told["user"] == {
        "id": str(anna.user_id),
        "first_name": "Anna",
        "email": None,
        "photo_urls": {},
    }
    assert told["made"] == {"success": True}
    assert told["card"] == {"orders": [{"status": "pending"}]}
    assert anna.orders.get().status == Status.WAITING
    refused = told["refused"] if "refused" in told else told["answer"]["message"]
    assert refused.startswith("There is no such method.")


def test_what_better_auth_usos_sends_gets_the_user_in_with_its_default_scopes(
    live_server: LiveServer, anna: Student, consumer: Consumer
) -> None:
    command = [*node(), str(CLIENTS / "better_auth_usos.js")]
    assert drive((command, environment()), live_server, consumer)["user"] == {
        "id": str(anna.user_id),
        "first_name": "Anna",
        "last_name": "Nowak",
        "student_number": anna.album_number,
        "email": None,
        "photo_urls": {},
    }
