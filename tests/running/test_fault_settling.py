"""What script/faults waits for at the end comes about, and is said where it does not."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any, cast

import pytest
from django.core import mail

from mdocs import orders
from mdocs.statuses import Attention, Status
from notifications import outbox
from notifications.messages import email_delivery
from notifications.messages.models import Message
from script.lib import fault_inside
from script.lib.fault_people import Notes
from script.lib.fault_people import Student as AtBrowser
from script.lib.fault_rig import FaultRig
from script.lib.faults import settle
from students.models import Student
from tests.mdocs.factories import make_order
from tests.mdocs.sandbox_process import Sandbox

NOWHERE = "http://127.0.0.1:9"
LATER = date(2099, 10, 31)


class AskedHere:
    """A rig that asks in this process, and whose workers work whenever it asks whether all has settled."""

    def __init__(self, work: Callable[[], int]) -> None:
        self.done, self.addresses = Counter[str](), {"DATABASE_URL": "host=/nowhere"}
        self._work = work

    def ask(self, name: str, *arguments: Any) -> Any:
        if name == "undispatched":
            return 0
        if name == "unsettled":
            self._work()
        return getattr(fault_inside, name)(*arguments)


def test_a_document_that_is_to_be_extended_is_collected_by_its_student_and_extended(
    student: Student, sandbox: Sandbox, work: Callable[[], int]
) -> None:
    order = orders.place(student, by=student.user)
    work()
    orders.extend(order, LATER, by=None)
    assert [row[:2] for row in fault_inside.unsettled()] == [[str(order.pk), "status=ready"]]
    who = {
        "login": student.user.username,
        "album_number": student.album_number or "",
        "pesel": "",
        "session": "",
    }
    people = [AtBrowser(NOWHERE, sandbox.url, who, Notes(), "1")]
    assert settle(cast(FaultRig, AskedHere(work)), people, [], 0, [], within=30) is not None
    order.refresh_from_db()
    assert (order.status, order.valid_until, order.extend_to) == (Status.COLLECTED, LATER, None)


@pytest.mark.parametrize("status", [Status.READY, Status.COLLECTED])
def test_documents_have_settled_unless_they_wait_for_staff(student: Student, status: Status) -> None:
    order = make_order(student, status)
    assert fault_inside.unsettled() == []
    order.attention = Attention.OUR_MISTAKE
    order.save()
    ((number, *known),) = fault_inside.unsettled()
    assert number == str(order.pk)
    assert f"attention={Attention.OUR_MISTAKE}" in known
    assert any(each.startswith("next_attempt_at=") for each in known)


def test_an_e_mail_is_waited_for_until_it_is_sent(student: Student, work: Callable[[], int]) -> None:
    orders.place(student, by=student.user)
    work()
    outbox.dispatch()
    assert fault_inside.unmailed() == Message.objects.count() > 0
    email_delivery.run()
    assert fault_inside.unmailed() == 0
    assert len(fault_inside.everything()["mailed"]) == Message.objects.count() == len(mail.outbox)
