"""A database that went back in time, and mDokumenty, agree again: what is certain by itself, the rest by the office."""

import json
import stat
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mdocs import orders
from mdocs.engine import orphans, reconciliation, references, responses, restores
from mdocs.mdokumenty import Mdokumenty, RemoteStatus
from mdocs.models import Breaker, Order, OrderEvent, OrphanDocument, Reconciliation
from mdocs.statuses import Failure, Status
from students.models import Student
from students.redis_client import client as redis_client
from students.roles import ADMINISTRATOR, CLERK
from tests.mdocs.engine.scripted import remote
from tests.mdocs.factories import make_order, set_breaker
from tests.mdocs.sandbox_process import Sandbox
from tests.students.factories import make_member

pytestmark = pytest.mark.django_db(transaction=True)

Work = Callable[[], int]


@pytest.fixture(autouse=True)
def _references(settings: Any, tmp_path: Path) -> None:
    settings.REFERENCES_FILE = str(tmp_path / "references.log")
    redis_client(2.0).delete("mdocs:newest_event")


def forget(order: Order) -> None:
    """Make of the database one that has never heard of an order."""
    OrderEvent.objects.filter(order=order).delete()
    order.delete()


def reconcile(*options: str) -> dict[str, Any]:
    """Run the command, and return its report."""
    said = StringIO()
    try:
        call_command("reconcile", "--json", *options, stdout=said)
    except CommandError as error:
        assert error.returncode == 3, error
    return dict(json.loads(said.getvalue()))


def kinds(report: dict[str, Any]) -> list[tuple[str, bool]]:
    return [(each["kind"], each["mended"]) for each in report["differences"]]


def statuses(sandbox: Sandbox) -> list[str]:
    return [order["status"] for order in sandbox.orders()]


@pytest.fixture(autouse=True)
def _client_of_the_command(gateway: Mdokumenty, monkeypatch: pytest.MonkeyPatch) -> None:
    # The process's own client is made once, for an address that differs from test to test.
    for module in ("mdocs.management.commands.reconcile", "mdocs.tasks"):
        monkeypatch.setattr(f"{module}.connection", lambda: gateway)


def test_nothing_differs_where_the_two_agree(student: Student, sandbox: Sandbox, work: Work) -> None:
    orders.place(student, by=student.user)
    work()
    assert reconcile() == {"dry_run": False, "finished": True, "left": 0, "differences": []}
    assert Reconciliation.objects.get().asked == 1


def test_an_order_that_was_sent_after_the_backup_is_found_by_its_reference(
    student: Student, sandbox: Sandbox, work: Work
) -> None:
    order = orders.place(student, by=student.user)
    backup = Order.objects.filter(pk=order.pk).values("status", "mdokumenty_id", "sent_at", "holder").get()
    work()
    Order.objects.filter(pk=order.pk).update(
        **backup,
        qr_token=None,
        activation_code=None,
        qr_svg=None,
        codes_expire_at=None,
        remote_updated_at=None,
    )
    assert kinds(reconcile("--dry-run")) == [("arrived", True)]
    order.refresh_from_db()
    assert order.status == Status.WAITING
    assert kinds(reconcile()) == [("arrived", True)]
    order.refresh_from_db()
    (issued,) = sandbox.orders()
    assert (order.status, order.mdokumenty_id) == (Status.READY, issued["order_id"])


def test_what_was_revoked_after_the_backup_is_over_here_too(
    student: Student, sandbox: Sandbox, work: Work, gateway: Mdokumenty
) -> None:
    order = orders.place(student, by=student.user)
    work()
    order.refresh_from_db()
    gateway.revoke(order.mdokumenty_id or "", "holder_request")  # type: ignore[arg-type]
    assert kinds(reconcile()) == [("state", True)]
    order.refresh_from_db()
    assert order.status == Status.REVOKED


def test_a_document_of_an_order_that_is_over_here_is_revoked_by_itself(
    student: Student, sandbox: Sandbox, work: Work, gateway: Mdokumenty
) -> None:
    order = orders.place(student, by=student.user)
    work()
    # The backup had it unsent; after the restore its student has cancelled it before a worker looked.
    Order.objects.filter(pk=order.pk).update(
        **dict.fromkeys(("qr_token", "activation_code", "qr_svg", "codes_expire_at", "next_attempt_at")),
        **dict.fromkeys(("mdokumenty_id", "remote_updated_at", "sent_at", "leased_until")),
        status=Status.CANCELLED,
    )
    assert kinds(reconcile()) == [("alive_there", True)]
    assert orphans.revoke_due(gateway) == 1
    assert statuses(sandbox) == ["revoked"]
    assert reconcile()["differences"] == []


def test_a_document_of_a_lost_order_waits_for_the_office(
    student: Student, sandbox: Sandbox, work: Work, gateway: Mdokumenty, client: Client, tmp_path: Path
) -> None:
    order = orders.place(student, by=student.user)
    work()
    moved = tmp_path / "kept" / "log"
    moved.parent.mkdir()
    Path(references.own_files()[0]).rename(moved)
    forget(order)
    assert reconcile()["differences"] == []  # nobody can know of it
    report = reconcile("--references", str(moved))
    assert kinds(report) == [("no_order", False)]
    orphan = OrphanDocument.objects.get()
    assert orphan.student == student
    assert orphans.revoke_due(gateway) == 0  # not without somebody's word
    page = reverse("admin:mdocs_orphandocument_changelist")
    chosen = {"action": "revoke_chosen", "index": "0", "_selected_action": [orphan.pk]}
    client.force_login(make_member(CLERK))
    assert client.post(page, chosen).status_code == 403
    client.force_login(make_member(ADMINISTRATOR))
    assert student.last_name in client.get(page).content.decode()
    assert "Zlecono unieważnienie: 1" in client.post(page, chosen, follow=True).content.decode()
    assert orphans.revoke_due(gateway) == 1
    assert statuses(sandbox) == ["revoked"]
    orphan.refresh_from_db()
    assert orphan.ended_at is not None


def test_a_lost_order_of_which_only_the_sending_was_written_down_is_found(
    student: Student, sandbox: Sandbox, work: Work
) -> None:
    order = orders.place(student, by=student.user)
    work()
    (file,) = references.own_files()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600, "nobody else reads it"
    file.write_text(file.read_text().splitlines()[0] + "\n")
    assert references.read([file]) == [references.Reference(order.pk, None, student.pk)]
    forget(order)
    assert kinds(reconcile()) == [("no_order", False)]


def test_an_order_has_one_number_in_the_file_whatever_comes_later(
    student: Student, other_student: Student
) -> None:
    two_numbers, over = make_order(student, Status.PROCESSING), make_order(other_student, Status.CANCELLED)
    for order in (two_numbers, over):
        another = remote(order, RemoteStatus.READY, order_id="mD-another")
        responses.record_answer(order, another, timezone.now())
    assert references.read(references.own_files()) == []


def test_an_order_that_mdokumenty_has_forgotten_is_left_to_staff(
    student: Student, sandbox: Sandbox, work: Work
) -> None:
    order = orders.place(student, by=student.user)
    work()
    sandbox.reset()
    sandbox.behave(processing_seconds=[0, 0])
    assert kinds(reconcile()) == [("unknown_there", False)]
    work()
    order.refresh_from_db()
    assert (order.status, order.last_failure) == (
        Status.READY,
        Failure.MISSING,
    )  # staff hear of it when it stays so


def test_nothing_is_asked_while_a_breaker_is_open_and_the_run_goes_on_afterwards(
    student: Student, sandbox: Sandbox, work: Work
) -> None:
    orders.place(student, by=student.user)
    work()
    set_breaker(Breaker.State.OPEN)
    before = len(sandbox.ledger()["calls"])
    with pytest.raises(CommandError, match="not well"):
        call_command("reconcile", stdout=StringIO())
    assert len(sandbox.ledger()["calls"]) == before
    open_run = Reconciliation.objects.get()
    assert open_run.finished_at is None
    set_breaker(Breaker.State.CLOSED)
    assert reconcile()["finished"]
    assert Reconciliation.objects.get() == open_run


def test_a_restored_database_is_noticed_and_compared_by_itself(
    student: Student, other_student: Student, sandbox: Sandbox, work: Work, gateway: Mdokumenty
) -> None:
    orders.place(student, by=student.user)
    work()
    assert not restores.notice_restore()
    lost = orders.place(other_student, by=other_student.user)
    work()
    reconciliation.tick(gateway, timezone.now())
    assert [run.cause for run in Reconciliation.objects.all()] == ["weekly"]
    reconciliation.tick(gateway, timezone.now())  # nothing is due
    forget(lost)
    reconciliation.tick(gateway, timezone.now())
    assert [run.cause for run in Reconciliation.objects.all()] == ["restored", "weekly"]
    assert OrphanDocument.objects.get().student == other_student
    assert not restores.notice_restore()


def test_what_redis_remembers_for_it_names_no_order(student: Student) -> None:
    order = orders.place(student, by=student.user)
    restores.notice_restore()
    remembered = str(redis_client(2.0).get("mdocs:newest_event"))
    assert str(order.events.get().pk) in remembered
    assert str(order.pk) not in remembered


@pytest.mark.parametrize("kept", ["file", "redis"])
def test_a_restore_is_noticed_by_either_of_the_two_that_remember(
    student: Student, kept: str, settings: Any
) -> None:
    order = orders.place(student, by=student.user)
    restores.notice_restore()
    forget(order)
    if kept == "file":
        redis_client(2.0).delete("mdocs:newest_event")
    else:
        settings.REFERENCES_FILE = ""
    assert restores.notice_restore()
