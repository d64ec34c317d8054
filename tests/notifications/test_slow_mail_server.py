"""Mail server that hangs, and the workers of script/server as processes: nobody else waits for it."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.db import connection
from django.test import Client
from pytest_httpserver import HTTPServer

from mdocs import orders
from notifications.messages.models import Message
from script.lib.server import WORKERS
from students.models import Student
from tests.notifications.push.phone import Phone
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[2]
TASKS = {"notifications.dispatch_events", "notifications.send_emails", "notifications.send_push"}


@pytest.fixture
def silent_mail_server() -> Iterator[socket.socket]:
    """Return a mail server that takes connections and says nothing."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(60)
        yield listener


@contextmanager
def celery_workers(settings: Any, log: Path, **variables: str) -> Iterator[None]:
    """Run the workers that script/server starts for the queues of TASKS, on the tests' database."""
    name = connection.settings_dict["NAME"]
    database = re.sub(r"(?<=//)([^/]*)/[^?]*", rf"\1/{name}", os.environ["DATABASE_URL"], count=1)
    environment = os.environ | variables | {"DATABASE_URL": database, "REDIS_URL": settings.REDIS_URL}
    wanted = {settings.CELERY_TASK_ROUTES[task]["queue"] for task in TASKS}
    with ExitStack() as ending, log.open("wb") as output:
        for name, options in WORKERS.items():
            (queues,) = (option.partition("=")[2] for option in options if option.startswith("--queues="))
            if wanted & set(queues.split(",")):
                celery = (sys.executable, "-m", "celery", "--app", "mlegitymacja_portal")
                command = (*celery, "worker", *options, f"--hostname={name}@tests")
                worker = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
                ending.callback(worker.wait)
                ending.callback(worker.terminate)
        yield


def test_while_the_mail_server_hangs_messages_appear_and_phones_are_told(
    silent_mail_server: socket.socket,
    student_client: Client,
    student: Student,
    other_student: Student,
    httpserver: HTTPServer,
    settings: Any,
    tmp_path: Path,
) -> None:
    settings.PUSH_SERVICES = [httpserver.url_for("").rstrip("/")]
    phone = Phone(httpserver)
    phone.turn_on(student_client)
    mail_server = f"smtp://127.0.0.1:{silent_mail_server.getsockname()[1]}"
    log = tmp_path / "workers.log"

    def after(task: str, is_so: Callable[[], object], seconds: float) -> None:
        current_app.send_task(task)
        wait_until(is_so, seconds, log.read_text)

    def told(whom: Student) -> bool:
        return Message.objects.filter(student=whom).exists()

    with celery_workers(settings, log, EMAIL_URL=mail_server, PUSH_SERVICES=",".join(settings.PUSH_SERVICES)):
        orders.place(other_student, by=other_student.user)
        after("notifications.dispatch_events", lambda: told(other_student), 60)
        after("notifications.send_push", lambda: len(phone.requests) == 1, 60)  # the greeting
        current_app.send_task("notifications.send_emails")
        conversation, _address = silent_mail_server.accept()
        with conversation:  # from here on the worker waits for a greeting
            orders.place(student, by=student.user)
            after("notifications.dispatch_events", lambda: told(student), 5)
            after("notifications.send_push", lambda: len(phone.requests) == 2, 5)
            assert set(Message.objects.values_list("email_failures", flat=True)) == {0}, "it does not wait"
        silent_mail_server.close()
