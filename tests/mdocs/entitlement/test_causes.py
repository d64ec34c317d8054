"""Each cause ends the document for its reason, under both sets of rules; nothing else does."""

from typing import Any

import pytest
from django.utils import timezone

from mdocs.entitlement import revocation, rules
from mdocs.models import Order
from mdocs.statuses import ENDABLE, RevocationReason, Status
from students.conditions import HAS_ALBUM_NUMBER, HAS_PHOTO, RULES
from students.key_rotation import rotate
from students.models import Student
from students.signals import cards_ended, students_changed
from tests.mdocs.engine.worker import fresh
from tests.mdocs.entitlement.causes import CAUSES, collected
from tests.students.factories import make_card

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("rules", ["els", "pesel"])
@pytest.mark.parametrize("cause", CAUSES)
def test_the_sweep_ends_a_document_for_the_reason_of_its_cause(
    student: Student, settings: Any, cause: str, rules: str
) -> None:
    settings.ELIGIBILITY_RULES = rules
    happen, under_els, under_pesel = CAUSES[cause]
    reason = under_els if rules == "els" else under_pesel
    order = collected(student)
    happen(student)
    swept = revocation.revoke_ineligible(timezone.localdate())
    order = fresh(order)
    if reason is None:
        assert (order.status, order.revocation_reason, swept.total()) == (Status.COLLECTED, "", 0)
        return
    assert (order.status, order.revocation_reason) == (Status.REVOKING, reason)
    assert swept == {RevocationReason(reason): 1}
    event = order.events.get(new=Status.REVOKING)
    assert (event.reason, event.detail, event.actor) == ("revoke_asked", reason, None)


@pytest.mark.parametrize("cause", [cause for cause, (_, els, _pesel) in CAUSES.items() if els])
def test_what_is_changed_here_ends_the_document_at_once(student: Student, cause: str) -> None:
    order = collected(student)
    CAUSES[cause][0](student)
    if cause.startswith(("card", "new card")) and student.cards.filter(ended_on__isnull=False).exists():
        ended = student.cards.get(ended_on__isnull=False)
        cards_ended.send(None, ids=[ended.pk], by=student.user)
    else:
        students_changed.send(None, ids=[student.pk], by=student.user)
    assert (fresh(order).status, fresh(order).low_priority) == (Status.REVOKING, False)
    assert order.events.get(new=Status.REVOKING).actor == student.user


@pytest.mark.parametrize(
    ("status", "sent", "ends_as"),
    [
        (Status.WAITING, False, Status.CANCELLED),
        (Status.WAITING, True, Status.CANCELLING),
        (Status.PROCESSING, True, Status.CANCELLING),
        (Status.COLLECTED, True, Status.REVOKING),
    ],
)
def test_what_is_not_ready_is_cancelled_and_the_rest_revoked(
    student: Student, status: Status, sent: bool, ends_as: Status
) -> None:
    order = collected(student, status)
    if sent:
        Order.objects.update(sent_at=timezone.now())
    CAUSES["struck off"][0](student)
    revocation.revoke_ineligible(timezone.localdate())
    order = fresh(order)
    assert (order.status, order.revocation_reason) == (ends_as, "student_status_lost")
    assert (order.holder is None) is (ends_as == Status.CANCELLED or status != Status.WAITING) or sent


def test_every_condition_of_the_rules_has_a_reason_or_is_only_needed_to_order() -> None:
    only_to_order = {HAS_PHOTO, HAS_ALBUM_NUMBER}
    decided = {condition.code for condition in set(rules.REASONS) | only_to_order}
    assert {condition.code for conditions in RULES.values() for condition in conditions} == decided, (
        "what ends when it is lost is in REASONS of mdocs/entitlement/rules.py, the rest is named here"
    )
    assert Status.CANCELLING not in ENDABLE


def test_somebody_without_a_live_order_has_nothing_to_lose(student: Student) -> None:
    order = collected(student)
    Order.objects.filter(pk=order.pk).update(status=Status.REVOKED, next_attempt_at=None)
    CAUSES["struck off"][0](student)
    assert not revocation.revoke_ineligible(timezone.localdate())
    assert fresh(order).status == Status.REVOKED


def test_a_document_ordered_without_a_card_is_not_bound_to_one(student: Student, settings: Any) -> None:
    settings.ELIGIBILITY_RULES = "pesel"
    student.cards.all().delete()
    order = collected(student)
    settings.ELIGIBILITY_RULES = "els"
    make_card(student)
    revocation.revoke_ineligible(timezone.localdate())
    assert fresh(order).status == Status.COLLECTED


def test_a_new_key_for_the_index_of_pesels_changes_nobody(student: Student, settings: Any) -> None:
    settings.ELIGIBILITY_RULES = "pesel"
    order, changed = collected(student), collected()
    CAUSES["another surname"][0](changed.student)
    settings.FIELD_INDEX_KEY = "another key, of which nobody has heard before"
    list(rotate(Student, 10))
    revocation.revoke_ineligible(timezone.localdate())
    assert (fresh(order).status, fresh(changed).status) == (Status.COLLECTED, Status.REVOKING)
