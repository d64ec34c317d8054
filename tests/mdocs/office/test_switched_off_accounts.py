"""An account that is switched off ends no studies: the office is asked; and nobody writes to the dead."""

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from mdocs import orders
from mdocs.advice import ACCOUNT_OFF
from mdocs.entitlement import revocation
from mdocs.mdokumenty import RemoteStatus
from mdocs.models import Order
from mdocs.office.attention import advice
from mdocs.statuses import RevocationReason, Status
from notifications import outbox
from notifications.messages import email_delivery
from notifications.messages.models import Message
from students.models import Student, User
from students.roles import ADMINISTRATOR
from tests.mdocs.engine.scripted import ScriptedGateway, remote
from tests.mdocs.engine.worker import Worker, fresh
from tests.mdocs.factories import make_order
from tests.students.factories import make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(student: Student) -> Order:
    card = student.cards.get()
    made = make_order(
        student, Status.COLLECTED, card_number=card.barcode_number, valid_until=card.valid_until
    )
    User.objects.filter(pk=student.user_id).update(is_active=False)
    return made


def test_the_document_stays_and_the_office_is_asked(order: Order) -> None:
    assert not revocation.revoke_ineligible(timezone.localdate())
    assert list(Order.objects.needing_attention(timezone.now())) == [order]
    assert advice(fresh(order), timezone.now()) == ACCOUNT_OFF
    User.objects.filter(student=order.student_id).update(is_active=True)
    assert not Order.objects.needing_attention(timezone.now())


def test_the_list_says_what_to_do(client: Client, order: Order) -> None:
    client.force_login(make_member(ADMINISTRATOR))
    page = client.get("/admin/mdocs/order/", {"needs_attention": "yes"}).content.decode()
    assert "konto studenta jest wyłączone, a mLegitymacja trwa" in page
    assert "śmierć studenta" in page


def test_ending_it_for_a_death_writes_to_nobody_and_mdokumenty_hears_a_reason_that_it_knows(
    order: Order, clerk: User
) -> None:
    told = []

    def revoked(_order_id: str, reason: str) -> object:
        told.append(str(reason))
        return remote(order, RemoteStatus.REVOKED)

    orders.end(order, by=clerk, reason=RevocationReason.HOLDER_DECEASED)
    worker = Worker(ScriptedGateway(revoke=revoked))
    worker.until(lambda: fresh(order).status == Status.REVOKED)
    assert told == ["student_status_lost"]
    outbox.dispatch_batch(timezone.now())
    assert not Message.objects.exists()


def test_nothing_is_mailed_to_an_account_that_is_switched_off(order: Order, clerk: User) -> None:
    orders.end(order, by=clerk, reason=RevocationReason.ISSUED_IN_ERROR)
    worker = Worker(ScriptedGateway(revoke=lambda *_: remote(order, RemoteStatus.REVOKED)))
    worker.until(lambda: fresh(order).status == Status.REVOKED)
    outbox.dispatch_batch(timezone.now())
    assert Message.objects.get().email_state == "no_account"
    email_delivery.send_batch()
    assert not mail.outbox


def test_staff_choose_a_death_but_not_what_only_the_portal_gives(client: Client, order: Order) -> None:
    client.force_login(make_member(ADMINISTRATOR))
    page = client.get(f"/admin/mdocs/order/{order.pk}/end/").content.decode()
    assert "holder_deceased" in page
    assert "replaced" not in page
    assert "date_passed" not in page
