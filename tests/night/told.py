"""Faults of what is told, and of what goes by the clock."""

from collections.abc import Iterator
from contextlib import suppress
from uuid import uuid4

from httpx import HTTPStatusError

from tests.night.line import line
from tests.night.portal import Night
from tests.stack.visitor import Visitor


@line("messages: not told")
def _nobody_told(night: Night) -> Iterator[None]:
    with night.frozen(night.process("worker-notifications")):
        night.order()
        night.write("UPDATE mdocs_orderevent SET at = at - interval '6 minutes' WHERE dispatched_at IS NULL")
        yield


def _messages_grow_old(night: Night) -> None:
    night.write(
        "UPDATE notifications_message SET created_at = created_at - interval '20 minutes',"
        " email_due_at = email_due_at - interval '20 minutes' WHERE email_state = 'waiting'"
    )


@line("messages: mail not sent")
def _mail_waits(night: Night) -> Iterator[None]:
    worker = night.process("worker-emails")
    with night.frozen(worker, *worker.children()):
        _with_address(night)
        night.wait_for("SELECT 1 FROM notifications_message WHERE email_state = 'waiting'")
        _messages_grow_old(night)
        yield


@line("messages: mail unreachable")
def _mail_server_away(night: Night) -> Iterator[None]:
    night.mail.stop()
    _with_address(night)
    night.wait_for("SELECT 1 FROM notifications_message WHERE email_state = 'waiting' AND email_failures > 0")
    _messages_grow_old(night)
    yield
    night.mail.start()


def _with_address(night: Night) -> None:
    (student,) = night.students(1)
    night.write("UPDATE students_user SET email = %s WHERE username = %s", "a@b.example", student.username)
    student.press("Zamów mLegitymację")


@line("phones: not accepted")
def _push_refused(night: Night) -> Iterator[None]:
    path = "/push/refused"
    night.serve(path, 503)
    night.with_phone(path)
    night.wait_for(_PUSH_TRIED)
    night.write("UPDATE notifications_pushdelivery SET created_at = created_at - interval '20 minutes'")
    yield
    night.serve(path, 201)


@line("phones: not sent")
def _push_waits(night: Night) -> Iterator[None]:
    path = "/push/waits"
    night.serve(path, 503)
    night.with_phone(path)
    night.wait_for(_PUSH_TRIED)
    with night.frozen(night.process("worker-notifications")):
        night.write(
            "UPDATE notifications_pushdelivery SET attempts = 0, created_at = created_at - interval '6 minutes'"
        )
        night.write("UPDATE notifications_pushservice SET paused_until = NULL")
        night.serve(path, 201)
        yield


_PUSH_TRIED = "SELECT 1 FROM notifications_pushdelivery WHERE attempts > 0 AND next_attempt_at IS NOT NULL"


def _endpoint(night: Night, name: str, status: int) -> None:
    url = night.serve(f"/webhook/{name}", status)
    night.python(
        f"from api.webhooks.models import Endpoint; Endpoint.objects.create(name={name!r}, url={url!r})"
    )
    night.order()


@line("webhooks: failing")
def _receiver_fails(night: Night) -> Iterator[None]:
    _endpoint(night, "fails", 500)
    night.wait_for("SELECT 1 FROM api_endpoint WHERE name = 'fails' AND failing_since IS NOT NULL")
    night.write(
        "UPDATE api_endpoint SET failing_since = failing_since - interval '2 hours' WHERE name = 'fails'"
    )
    yield
    night.serve("/webhook/fails", 200)


@line("webhooks: switched off")
def _receiver_gone(night: Night) -> Iterator[None]:
    _endpoint(night, "gone", 410)
    yield
    night.serve("/webhook/gone", 200)
    night.write(
        "UPDATE api_endpoint SET is_active = true, switched_off = '', failures = 0, failing_since = NULL,"
        " paused_until = NULL WHERE name = 'gone'"
    )


def _make_old(night: Night, task: str) -> None:
    """Have a task have succeeded for the last time three days ago."""
    night.write(
        "INSERT INTO students_periodictask (name, succeeded_at) VALUES (%s, now() - interval '3 days')"
        " ON CONFLICT (name) DO UPDATE SET succeeded_at = excluded.succeeded_at",
        task,
    )


@line("periodic_tasks: late")
def _task_late(night: Night) -> Iterator[None]:
    _make_old(night, "api.delete_tokens")
    yield
    night.call("api.delete_tokens")


@line("periodic_tasks: failed")
def _task_fails(night: Night) -> Iterator[None]:
    night.certificate(days=5)  # of whose end nobody can be mailed
    night.mail.stop()
    night.call("mdocs.check_certificate")
    yield
    night.mail.start()
    night.call("mdocs.check_certificate")
    night.certificate(days=300)


@line("sweep: late")
def _sweep_late(night: Night) -> Iterator[None]:
    _make_old(night, "mdocs.sweep_entitlement")
    yield
    assert night.run("sweep_entitlement").returncode == 0


@line("sweep: stopped")
def _sweep_stopped(night: Night) -> Iterator[None]:
    students = night.order(4)
    albums = [student.album_number for student in students]
    night.write(
        "UPDATE students_studentcard SET valid_until = current_date - 1 WHERE student_id IN"
        " (SELECT id FROM students_student WHERE album_number = ANY(%s))",
        albums,
    )
    assert night.run("sweep_entitlement").returncode == 4
    yield
    assert night.run("sweep_entitlement", "--accept-ending", "4").returncode == 0


@line("sign_in: proxy not counted")
def _uncounted_proxy(night: Night) -> Iterator[None]:
    """Have a proxy pass on a sign-in. PROXIES is read at a start: here a day passes without another."""
    name = f"behind-{uuid4().hex[:8]}"
    night.python(f"from students.models import User; User.objects.create_user({name!r}, password='demo')")
    behind = Visitor(night.url, name)
    behind.http.headers["X-Forwarded-For"] = "203.0.113.4"
    with suppress(HTTPStatusError):  # an account without a student has no page of its own
        behind.sign_in()
    yield
    night.python("from django.core.cache import cache; cache.delete('accounts.proxies.uncounted')")
