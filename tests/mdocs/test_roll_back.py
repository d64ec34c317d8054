"""What a newer version has written goes on after a roll-back: a word that we do not know holds nothing up."""

import pytest
from django.test import Client
from django.urls import reverse

from mdocs import mdokumenty as md
from mdocs.models import Order, OrderEvent, SweepBrake
from mdocs.office.stopped_sweep import stopped_sweep
from mdocs.statuses import Reason, Status
from students.models import Student
from tests.mdocs.engine.scripted import ScriptedGateway, remote
from tests.mdocs.engine.worker import Worker, fresh
from tests.mdocs.factories import make_order
from tests.students.factories import make_clerk

pytestmark = pytest.mark.django_db
NEWER = "studies_paused"


def test_a_document_that_a_newer_version_ends_is_revoked(student: Student) -> None:
    order = make_order(student, Status.REVOKING, revocation_reason=NEWER)
    told: list[md.RevocationReason] = []

    def revoke(_number: str, reason: md.RevocationReason) -> md.RemoteOrder:
        told.append(reason)
        return remote(order, md.RemoteStatus.REVOKED)

    Worker(ScriptedGateway(revoke=revoke)).send()
    assert told == [md.RevocationReason.ISSUED_IN_ERROR]
    ended = fresh(order)
    assert (ended.status, ended.attention, ended.revocation_reason) == (Status.REVOKED, "", NEWER)


def test_histories_show_a_reason_and_a_state_of_a_newer_version_as_they_are(
    student: Student, student_client: Client
) -> None:
    order = make_order(student, Status.REVOKING, revocation_reason=NEWER)
    OrderEvent.objects.create(
        order=order, old=Status.READY, new=Status.REVOKING, reason=Reason.REVOKE_ASKED, detail=NEWER
    )
    assert NEWER in student_client.get(reverse("mdocs:history")).text
    office = Client()
    office.force_login(make_clerk("mdocs.view_order"))
    assert NEWER in office.get(reverse("admin:mdocs_order_change", args=[order.pk])).text


def test_a_sweep_that_a_newer_version_has_stopped_is_shown(student: Student) -> None:
    order = make_order(student, Status.COLLECTED)
    brake = SweepBrake.current()
    brake.stopped_at, brake.counts, brake.sample = order.created_at, {NEWER: 1}, {str(order.pk): NEWER}
    brake.save()
    shown = stopped_sweep(make_clerk("mdocs.view_order"))
    assert shown is not None
    assert (shown.reasons, [word for _order, word in shown.sample]) == ([(NEWER, 1)], [NEWER])


def test_each_order_has_its_reason_told_as_before(student: Student) -> None:
    order: Order = make_order(student, Status.REVOKING, revocation_reason="replaced")
    told: list[md.RevocationReason] = []

    def revoke(_number: str, reason: md.RevocationReason) -> md.RemoteOrder:
        told.append(reason)
        return remote(order, md.RemoteStatus.REVOKED)

    Worker(ScriptedGateway(revoke=revoke)).send()
    assert told == [md.RevocationReason.HOLDER_REQUEST]
