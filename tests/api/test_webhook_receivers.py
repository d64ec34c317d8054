"""Receivers as docs/webhooks.md has them, with the standard's published libraries, are told by the running worker."""

import base64
import os
import re
import secrets
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone

from api.models import Delivery, Endpoint
from api.webhooks.worker import WebhookWorker
from students.models import Student
from tests.api.webhook_events import deliver_codes_ready
from tests.published import environment, node, python
from tests.structure.tree import ROOT
from tests.waiting import wait_until

PAGE = (ROOT / "docs" / "webhooks.md").read_text()
Receiver = Callable[[str], tuple[list[str], dict[str, str]]]


def documented(language: str) -> str:
    """Return the receiver that the documentation has in a language."""
    (text,) = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert "your-secret" in text and "standardwebhooks" in text
    return str(text)


def in_python(text: str) -> tuple[list[str], dict[str, str]]:
    return [python(), "-I", "-c", text], {"PATH": os.environ["PATH"]}


def in_javascript(text: str) -> tuple[list[str], dict[str, str]]:
    return [*node(), "-e", text], environment()


RECEIVERS: dict[str, Callable[[], tuple[str, Receiver]]] = {
    "standardwebhooks in Python": lambda: (documented("python"), in_python),
    "svix in Python": lambda: (
        documented("python").replace("from standardwebhooks.webhooks import", "from svix.webhooks import"),
        in_python,
    ),
    "standardwebhooks in JavaScript": lambda: (documented("javascript"), in_javascript),
    "svix in JavaScript": lambda: (
        documented("javascript").replace('require("standardwebhooks")', 'require("svix")'),
        in_javascript,
    ),
}


@contextmanager
def receiving(name: str, secret: str) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """Run a receiver with this secret; give its address and its process."""
    text, command = RECEIVERS[name]()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    call, env = command(text.replace("your-secret", secret).replace("9000", str(port)))
    with subprocess.Popen(call, stdout=subprocess.PIPE, text=True, env=env) as receiver:
        try:
            wait_until(lambda: listens(port))
            yield f"http://127.0.0.1:{port}/", receiver
        finally:
            receiver.terminate()


def listens(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


def send_again() -> Delivery:
    Endpoint.objects.update(paused_until=None)
    Delivery.objects.update(next_attempt_at=timezone.now(), delivered_at=None, refused_at=None, refusals=0)
    WebhookWorker().run_round()
    return Delivery.objects.get()


@pytest.mark.parametrize("name", RECEIVERS)
def test_a_receiver_accepts_our_messages_also_while_its_secret_is_exchanged(
    student: Student, name: str
) -> None:
    endpoint = Endpoint.objects.create(name="biblioteka", url="http://127.0.0.1:1/")
    with receiving(name, endpoint.secret) as (url, receiver):
        Endpoint.objects.update(url=url)
        deliver_codes_ready(student)
        assert send_again().last_status == 204
        endpoint.refresh_from_db()
        endpoint.renew_secret()
        assert send_again().last_status == 204, "the old secret signs, too"
        receiver.terminate()
        assert receiver.stdout
        assert receiver.stdout.read() == f"ready: {student.album_number}\n", "once, though sent twice"
    with receiving(name, endpoint.secret) as (url, _receiver):
        Endpoint.objects.update(url=url)
        assert send_again().last_status == 204, "so does the new one"
        Endpoint.objects.update(secret=endpoint.secret[:-8] + "AAAAAAA=", previous_secret=None)
        assert send_again().last_status == 400, "nobody else's is taken"


@pytest.mark.parametrize("name", ["standardwebhooks in Python", "svix in JavaScript"])
def test_a_secret_from_before_goes_on_working(student: Student, name: str) -> None:
    """As the documentation says, its text in base64 is what the libraries take."""
    before = secrets.token_urlsafe(32)
    endpoint = Endpoint.objects.create(name="biblioteka", url="http://127.0.0.1:1/")
    Endpoint.objects.update(secret=before)
    migration: Any = import_module("api.migrations.0008_standard_secrets")
    migration.standardise(apps, None)
    migration.standardise(apps, None)  # a second time changes nothing
    endpoint.refresh_from_db()
    (command,) = re.findall(r"^```bash\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    made = subprocess.run(
        ["bash", "-c", command.replace("your-old-secret", before)], capture_output=True, text=True
    )
    assert made.stdout.strip() == endpoint.secret == "whsec_" + base64.b64encode(before.encode()).decode()
    with receiving(name, made.stdout.strip()) as (url, _receiver):
        Endpoint.objects.update(url=url)
        deliver_codes_ready(student)
        assert send_again().last_status == 204
