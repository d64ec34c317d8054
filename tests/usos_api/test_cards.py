"""services/cards: the user's cards and mLegitymacja."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from mdocs.models import Order, OrderEvent
from mdocs.statuses import Status
from students.models import AuditEntry, EndReason, Level, Student, StudentCard
from tests.mdocs.factories import ACTIVATION_CODE, QR_TOKEN, make_order
from tests.mdocs.page.conftest import PAGE
from tests.mdocs.page.html import read
from tests.students.factories import make_card, make_enrolment, make_student, make_user
from tests.usos_api.phone import Phone, let_in
from usos_api import statuses
from usos_api.models import Consumer
from usos_api.scopes import SCOPES

MAKE, MCARD = "services/cards/make_mcard_order", "services/cards/mcard"
ORDER, REVOKE = "services/cards/mcard_order", "services/cards/revoke_mcard"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_order_is_made_by_get_and_by_post(phone: Phone, student: Student, method: str) -> None:
    assert phone.call(MAKE, method).json == {"success": True}
    order = student.orders.get()
    assert order.status == Status.WAITING
    assert order.events.get().actor == student.user


def test_a_head_request_orders_nothing(phone: Phone) -> None:
    assert phone.send(*phone.sign(f"http://testserver/{MAKE}", "HEAD"), method="HEAD").status == 405
    assert not Order.objects.exists()


@pytest.mark.parametrize("status", [Status.WAITING, Status.PROCESSING, Status.READY, Status.COLLECTED])
def test_there_is_no_second_order_beside_an_open_one(phone: Phone, student: Student, status: Status) -> None:
    make_order(student, status)
    reason = phone.call(MAKE).json["user_messages"]["generic_message"]
    assert phone.call(MCARD).json["why_cannot_order"] == reason
    assert "Masz już" in reason["pl"] and "already" in reason["en"]
    assert student.orders.count() == 1


def test_the_conditions_that_are_not_met_are_named_with_what_to_do(phone: Phone, student: Student) -> None:
    Student.objects.filter(pk=student.pk).update(photo=None)
    reason = phone.call(MCARD, fields="why_cannot_order").json["why_cannot_order"]
    assert "Masz zdjęcie w USOS" in reason["pl"]
    assert "JPEG" in reason["pl"] and "biuro spraw studenckich" in reason["pl"]
    assert set(reason) == {"pl", "en"}
    assert phone.call(MAKE).json["user_messages"]["generic_message"] == reason
    assert not Order.objects.exists()


def test_who_has_no_right_to_one_is_told_so(consumer: Consumer) -> None:
    doctoral = make_student()
    make_enrolment(doctoral, Level.DOCTORAL)
    reason = let_in(consumer, doctoral.user, "cards").call(MCARD).json["why_cannot_order"]
    assert "studia doktoranckie" in reason["pl"]
    assert "tylko studenci studiów I i II stopnia" in reason["pl"] and "Only students" in reason["en"]
    clerk = let_in(consumer, make_user(), "cards")
    assert "studia" in clerk.call(MCARD).json["why_cannot_order"]["pl"]
    assert clerk.call(MAKE).status == 400
    assert clerk.call("services/cards/user").json == []


@pytest.mark.parametrize("status", Status)
def test_an_order_is_shown_with_its_code_and_its_codes_only_while_they_can_be_used(
    phone: Phone, student: Student, status: Status
) -> None:
    order = make_order(student, status)
    shown = phone.call(ORDER, order_id=str(order.pk)).json
    is_ready = status == Status.READY
    assert shown == {
        "id": str(order.pk),
        "order_date": timezone.localtime(order.created_at).strftime("%Y-%m-%d %H:%M:%S"),
        "status": statuses.CODES[status],
        "token": QR_TOKEN if is_ready else None,
        "distribution_pass": ACTIVATION_CODE if is_ready else None,
        "student_number": student.album_number,
        "expiration_date": order.valid_until.isoformat(),
    }
    assert phone.call(MCARD).json["orders"] == [shown]


def test_every_state_has_a_code_of_the_contract() -> None:
    assert set(statuses.CODES) == set(Status)
    assert set(statuses.CODES.values()) == {
        "pending",
        "processing",
        "ready",
        "collected",
        "rejected",
        "expired",
        "cancelled",
        "revoked",
    }


def test_codes_that_are_over_are_not_shown(phone: Phone, student: Student) -> None:
    order = make_order(student, Status.READY, codes_expire_at=timezone.now() - timedelta(minutes=1))
    shown = phone.call(ORDER, order_id=str(order.pk), fields="status|token|distribution_pass").json
    assert shown == {"status": "ready", "token": None, "distribution_pass": None}


def test_orders_come_newest_first(phone: Phone, student: Student) -> None:
    now = timezone.now()
    old = make_order(student, Status.REVOKED, created_at=now - timedelta(days=2))
    new = make_order(student, Status.PROCESSING, created_at=now)
    middle = make_order(student, Status.EXPIRED, created_at=now - timedelta(days=1))
    shown = phone.call(MCARD, fields="orders[id]").json["orders"]
    assert shown == [{"id": str(order.pk)} for order in (new, middle, old)]


def test_a_look_at_the_codes_is_in_the_audit_log_once_and_only_for_a_look(
    phone: Phone, student: Student
) -> None:
    order = make_order(student, Status.READY)
    looks = AuditEntry.objects.filter(action=AuditEntry.Action.ACCESS)
    phone.call(MCARD, fields="orders[status]")
    assert not looks.exists()
    phone.call(ORDER, order_id=str(order.pk), fields="token")
    phone.call(ORDER, order_id=str(order.pk))
    look = looks.get()
    assert (look.actor, look.object_pk) == (student.user, str(order.pk))
    order.refresh_from_db()
    assert order.poll_fast_until is not None


def test_who_is_shown_no_codes_any_more_does_not_look_at_them(phone: Phone, student: Student) -> None:
    make_order(student, Status.READY, codes_expire_at=timezone.now() - timedelta(minutes=1))
    phone.call(MCARD)
    assert not AuditEntry.objects.filter(action=AuditEntry.Action.ACCESS).exists()


def test_a_phone_that_waits_makes_an_order_of_many_somebodys(phone: Phone, student: Student) -> None:
    order = make_order(student, low_priority=True)
    phone.call(MCARD)
    order.refresh_from_db()
    assert not order.low_priority


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Status.WAITING, Status.CANCELLED),
        (Status.PROCESSING, Status.CANCELLING),
        (Status.READY, Status.REVOKING),
        (Status.COLLECTED, Status.REVOKING),
    ],
)
def test_what_is_not_ready_is_cancelled_and_what_is_revoked(
    phone: Phone, student: Student, before: Status, after: Status
) -> None:
    order = make_order(student, before)
    assert phone.call(MCARD).json["why_cannot_revoke"] is None
    assert phone.call(REVOKE, order_id=str(order.pk)).json == {"success": True}
    order.refresh_from_db()
    assert order.status == after
    again = phone.call(REVOKE, order_id=str(order.pk))
    assert again.status == 400
    assert phone.call(MCARD).json["why_cannot_revoke"] is not None
    assert OrderEvent.objects.count() == 1


def test_somebody_elses_order_is_not_there(phone: Phone, other_student: Student) -> None:
    order = make_order(other_student, Status.READY)
    for method in (ORDER, REVOKE):
        for order_id in (str(order.pk), "no-id", "\0", "0" * 400):
            answer = phone.call(method, order_id=order_id)
            assert (answer.status, answer.json["error"]) == (400, "object_not_found")
    assert phone.call(MCARD).json["orders"] == []
    order.refresh_from_db()
    assert order.status == Status.READY


def test_cards_are_those_that_are_valid_or_all(phone: Phone, student: Student) -> None:
    today = timezone.localdate()
    StudentCard.objects.update(ended_on=today, end_reason=EndReason.LOST)
    card = make_card(student, issued_on=today)
    valid = phone.call("services/cards/user").json
    assert valid == [
        {
            "id": str(card.pk),
            "user": {"id": str(student.user_id), "first_name": "Anna", "last_name": "Nowak"},
            "contact_chip_uid": card.contact_chip_uid,
            "contactless_chip_uid": card.contactless_chip_uid,
            "barcode_number": card.barcode_number,
            "expiration_date": card.valid_until.isoformat(),
            "type": "student",
            "date_of_issue": today.isoformat(),
        }
    ]
    assert len(phone.call("services/cards/user_cards").json) == 2
    StudentCard.objects.filter(pk=card.pk).update(
        valid_until=today - timedelta(days=1), issued_on=today - timedelta(days=9)
    )
    assert phone.call("services/cards/user").json == []


def test_what_is_done_by_phone_is_on_the_page_at_once_and_the_other_way_round(
    phone: Phone, student: Student, student_client: Client
) -> None:
    phone.call(MAKE)
    assert "oczekujący" in read(student_client.get(PAGE)).texts("dd")
    order = student.orders.get()
    student_client.post(f"{PAGE}zamowienia/{order.pk}/anuluj/")
    assert phone.call(MCARD, fields="orders[status]").json == {"orders": [{"status": "cancelled"}]}
    student_client.post(f"{PAGE}zamow/")
    shown = phone.call(MCARD).json
    assert [order["status"] for order in shown["orders"]] == ["pending", "cancelled"]
    assert shown["why_cannot_order"] and shown["why_cannot_revoke"] is None
    phone.call(REVOKE, order_id=shown["orders"][0]["id"])
    assert "anulowany" in read(student_client.get(PAGE)).texts("dd")


def test_the_scopes_are_the_six_of_the_contract() -> None:
    assert set(SCOPES) == {"cards", "offline_access", "personal", "email", "photo", "studies"}
