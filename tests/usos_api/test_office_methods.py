"""The methods for systems of the university."""

from datetime import timedelta

import pytest
from django.utils import timezone

from mdocs.models import Order
from mdocs.statuses import Status
from students.half_years import half_year_end, next_half_year_end
from students.models import AuditEntry, CardExtension, EndReason, Student, StudentCard
from tests.mdocs.factories import make_order
from tests.usos_api.phone import Phone

CARD, CHECK = "services/cards/card", "services/cards/check_orders_status"
EXTEND = "services/cards/mark_student_card_prolonged"


@pytest.mark.parametrize("name", ["contact_chip_uid", "contactless_chip_uid", "barcode_number"])
def test_a_card_is_found_by_each_of_its_numbers(gate: Phone, student: Student, name: str) -> None:
    card = StudentCard.objects.get()
    shown = gate.call(CARD, **{name: getattr(card, name)}).json
    assert shown["id"] == str(card.pk)
    assert shown["user"] == {"id": str(student.user_id), "first_name": "Anna", "last_name": "Nowak"}


def test_a_card_that_is_none_any_more_is_not_found(gate: Phone, student: Student) -> None:
    number = StudentCard.objects.get().barcode_number
    StudentCard.objects.update(ended_on=timezone.localdate(), end_reason=EndReason.LOST)
    assert gate.call(CARD, barcode_number=number).json["error"] == "object_not_found"
    assert gate.call(CARD, barcode_number="\0").json["error"] == "object_not_found"
    assert gate.call(CARD).json["error"] == "param_missing"


def test_the_card_and_the_orders_of_a_student_are_shown_without_the_codes(
    gate: Phone, student: Student
) -> None:
    order = make_order(student, Status.READY)
    shown = gate.call(CHECK, user_id=str(student.user_id)).json
    assert shown["card"]["barcode_number"] == StudentCard.objects.get().barcode_number
    assert [each["id"] for each in shown["orders"]] == [str(order.pk)]
    assert not {"token", "distribution_pass"} & set(shown["orders"][0])
    answer = gate.call(CHECK, user_id=str(student.user_id), fields="orders[token]")
    assert answer.json["error"] == "field_not_found"
    StudentCard.objects.update(ended_on=timezone.localdate(), end_reason=EndReason.LOST)
    assert gate.call(CHECK, user_id=str(student.user_id), fields="card").json == {"card": None}


@pytest.mark.parametrize("user_id", ["0", "-1", "x", "٣", "9" * 30, "\0"])
def test_who_is_no_student_is_not_found(gate: Phone, student: Student, user_id: str) -> None:
    assert gate.call(CHECK, user_id=user_id).json["error"] == "object_not_found"


def test_a_card_is_extended_and_the_mlegitymacja_with_it(
    gate: Phone, student: Student, django_capture_on_commit_callbacks: object
) -> None:
    card = StudentCard.objects.get()
    until = next_half_year_end(half_year_end(timezone.localdate()))
    call = {"user_id": str(student.user_id), "expiration_date": until.isoformat()}
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        make_order(student, Status.COLLECTED, card_number=card.barcode_number, valid_until=card.valid_until)
        assert gate.call(EXTEND, "POST", **call).json == {"success": True}
    assert StudentCard.objects.get().valid_until == until
    assert Order.objects.get().extend_to == until
    assert AuditEntry.objects.filter(object_pk=str(card.pk), actor=None).exists()
    assert gate.call(EXTEND, "POST", **call).json == {"success": True}, "a repetition does no harm"
    assert CardExtension.objects.count() == 1


def test_what_cannot_be_extended_is_told_in_both_languages(gate: Phone, student: Student) -> None:
    today, user_id = timezone.localdate(), str(student.user_id)
    past = gate.call(EXTEND, user_id=user_id, expiration_date=(today - timedelta(days=1)).isoformat())
    assert past.json["error"] == "param_invalid"
    assert "minęła" in past.json["user_messages"]["fields"]["expiration_date"]["pl"]
    student.enrolments.all().delete()
    until = next_half_year_end(half_year_end(today)).isoformat()
    refused = gate.call(EXTEND, user_id=user_id, expiration_date=until)
    assert refused.json["error"] == "object_invalid"
    assert "nie jest teraz studentem" in refused.json["user_messages"]["generic_message"]["pl"]
    StudentCard.objects.update(ended_on=today, end_reason=EndReason.LOST)
    assert gate.call(EXTEND, user_id=user_id, expiration_date=until).json["error"] == "object_invalid"
    assert not CardExtension.objects.exists()
