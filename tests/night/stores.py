"""Faults of PostgreSQL, of Redis, and of mDokumenty."""

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import uuid4

from django.utils import timezone

from mdocs import mdokumenty as md
from students.pesel import compose_pesel
from tests.night.line import line
from tests.night.portal import Night
from tests.running.portal import ROOT
from tests.stack.stack import CALM
from tests.students.factories import small_jpeg


@line("redis: unreachable")
def _redis_away(night: Night) -> Iterator[None]:
    with night.unattended():
        night.kill("redis")
        yield


@line("redis: no answer")
def _redis_hangs(night: Night) -> Iterator[None]:
    with night.frozen(night.process("redis")):
        yield


@line("database: unreachable")
def _database_away(night: Night) -> Iterator[None]:
    with night.unattended():
        night.kill("postgres")
        yield


@line("database: no answer")
def _database_hangs(night: Night) -> Iterator[None]:
    with night.frozen(night.process("postgres")):
        yield


@line("database: full")
def _database_full(night: Night) -> Iterator[None]:
    with night.connections_taken():
        yield


@line("database: migrations missing")
def _database_older(night: Night) -> Iterator[None]:
    names = sorted(file.stem for file in (ROOT / "mdocs" / "migrations").glob("0*.py"))
    assert night.run("migrate", "mdocs", names[-2]).returncode == 0
    yield
    assert night.run("migrate").returncode == 0


@line("keys: wrong")
def _keys_wrong(night: Night) -> Iterator[None]:
    rows = night.ask("SELECT key, value FROM students_keycanary")
    night.write("UPDATE students_keycanary SET value = 'of another key'")
    yield
    for key, value in rows:
        night.write("UPDATE students_keycanary SET value = %s WHERE key = %s", value, key)


@line("mdokumenty: open")
def _outage(night: Night) -> Iterator[None]:
    night.sandbox.behave(outage=True)
    night.order(6)
    yield
    night.sandbox.behave(**CALM)


@line("mdokumenty: not_accepted")
def _refused(night: Night) -> Iterator[None]:
    night.sandbox.behave(trouble="error_401")
    night.order()
    yield
    night.sandbox.behave(**CALM)
    # The next attempt is a minute away, to be seen by the test of the breaker: nobody waits for it here.
    night.write("UPDATE mdocs_breaker SET next_probe_at = now() WHERE state <> 'closed'")


@line("certificate: unusable")
def _certificate_unusable(night: Night) -> Iterator[None]:
    (night.portal.folder.parent / "our.pem").write_text("nothing of a certificate")
    yield
    night.certificate(days=300)


@line("certificate: ends soon")
def _certificate_ends(night: Night) -> Iterator[None]:
    night.certificate(days=12)
    yield
    night.certificate(days=300)


_OPERATOR = (
    "from students.models import User\n"
    "by, _new = User.objects.get_or_create(username='operator', defaults={'is_staff': True})\n"
)


def _orphan(night: Night) -> str:
    """Have a document at mDokumenty that the database has never heard of, and compare; return its reference."""
    reference = uuid4()
    client = md.Mdokumenty(night.sandbox.url, timeout=30, request_id=lambda: uuid4().hex)
    born, serial = date(2002, 7, 8), int(reference) % 5_000  # in short: somebody else each time
    pesel = compose_pesel(born, "F", serial)
    holder = md.Holder(pesel, "Anna Maria", "Nowak", born, small_jpeg())
    client.submit(
        md.OrderRequest(
            reference=reference,
            institution=md.Institution(code="AIK", name="Akademia Ignatianum w Krakowie"),
            holder=holder,
            student_number="999999",
            card_number=None,
            valid_until=timezone.localdate() + timedelta(days=90),
        )
    )
    lost = night.portal.folder.parent / f"lost-{reference}.log"
    lost.write_text(f"2026-11-30T03:00:00 order={reference} student=1 mdokumenty_id=-\n")
    done = night.run("reconcile", "--references", str(lost))
    assert done.returncode == 3, done.stdout + done.stderr
    return str(reference)


def _revoke(night: Night, reference: str) -> None:
    night.python(
        f"{_OPERATOR}from mdocs.models import OrphanDocument; from mdocs.engine import orphans\n"
        f"orphans.revoke(OrphanDocument.objects.get(reference='{reference}'), by=by)"
    )


@line("reconciliation: no order")
def _document_of_nobody(night: Night) -> Iterator[None]:
    reference = _orphan(night)
    yield
    _revoke(night, reference)


@line("reconciliation: not revoked")
def _document_that_lives_on(night: Night) -> Iterator[None]:
    reference = _orphan(night)
    night.sandbox.behave(trouble="error_400")
    _revoke(night, reference)
    night.write("UPDATE mdocs_orphandocument SET revocation_asked_at = now() - interval '2 days'")
    yield
    night.sandbox.behave(**CALM)
    night.write("UPDATE mdocs_orphandocument SET next_attempt_at = now() WHERE ended_at IS NULL")
    night.call("mdocs.revoke_orphans")


@line("reconciliation: differences")
def _other_number(night: Night) -> Iterator[None]:
    students = night.order()
    night.wait_until_ready(students)
    of = (students[0].album_number,)
    ((number,),) = night.ask("SELECT mdokumenty_id FROM mdocs_order WHERE album_number = %s", *of)
    another = number[:-1] + ("0" if number[-1] != "0" else "1")
    night.write("UPDATE mdocs_order SET mdokumenty_id = %s WHERE album_number = %s", another, *of)
    assert night.run("reconcile").returncode == 3
    yield
    night.write("UPDATE mdocs_order SET mdokumenty_id = %s WHERE album_number = %s", number, *of)
    night.python(
        f"{_OPERATOR}from mdocs import orders; from mdocs.models import Order\n"
        f"orders.retry(Order.objects.get(album_number={of[0]!r}), by=by)"
    )
