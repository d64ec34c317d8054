"""Every filtered list goes to the extension and to the end of its cards: a preview first, then the work, then its
undo."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from mdocs.models import Order
from mdocs.statuses import Status
from students.models import EndReason, Faculty, Job, StudentCard
from students.roles import VIEWER
from tests.mdocs.factories import make_order
from tests.students.admin.pages import ENROLMENTS, STUDENTS, signed_in
from tests.students.factories import (
    make_card,
    make_enrolment,
    make_member,
    make_programme,
    make_student,
)
from tests.students.finishing import finished

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("november")]
CARDS = "/admin/students/studentcard/"
ALL = {"index": "0", "select_across": "1", "_selected_action": "all"}
BEFORE, UNTIL = date(2026, 10, 31), date(2027, 3, 31)


def add(faculty: Faculty, last_name: str, **card: Any) -> StudentCard:
    """Add a student of the faculty whose card ran out in October."""
    student = make_student(last_name=last_name)
    make_enrolment(student, programme=make_programme(faculty=faculty))
    return make_card(student, **{"valid_until": BEFORE, **card})


def ask(browser: Client, address: str, action: str, **answers: str) -> Any:
    """Choose a job for the whole list, and answer what its page asks."""
    return browser.post(address, {**ALL, "action": action, **answers})


@pytest.mark.parametrize("address", [STUDENTS, ENROLMENTS, CARDS])
def test_a_filtered_list_is_extended_after_a_preview(
    dziekanat: Client, faculty: Faculty, address: str
) -> None:
    kept, other = add(faculty, "Lis"), add(faculty, "Wilk")
    stranger = add(make_programme().faculty, "Lis")
    page = ask(dziekanat, f"{address}?q=Lis", "extend_cards")
    assert "2027-03-31" in page.content.decode(), "the date that is usual now"
    assert ": 1<" in page.content.decode()
    answer = ask(dziekanat, f"{address}?q=Lis", "extend_cards", confirmed="1", until="2027-03-31")
    preview = finished("extend_preview")
    assert answer["Location"] == preview.get_absolute_url()
    assert (preview.total, preview.counts) == (1, {"extended": 1})
    assert set(StudentCard.objects.values_list("valid_until", flat=True)) == {BEFORE}, (
        "a preview changes nothing"
    )
    dziekanat.post(f"{CARDS}extend-many/{preview.pk}/start/")
    finished("extend")
    dates = dict(StudentCard.objects.values_list("pk", "valid_until"))
    assert dates == {kept.pk: UNTIL, other.pk: BEFORE, stranger.pk: BEFORE}


def test_a_list_of_cards_means_these_cards_and_not_those_that_came_after_them(
    dziekanat: Client, faculty: Faculty
) -> None:
    lost = add(faculty, "Lis", ended_on=date(2026, 11, 2), end_reason=EndReason.LOST)
    present = make_card(lost.student, valid_until=UNTIL)
    answers = {"confirmed": "1", "reason": EndReason.RETURNED}
    ask(dziekanat, f"{CARDS}?end_reason__exact=lost", "end_cards", **answers)
    assert finished("end_cards_preview").counts == {"ended_before": 1}
    present.refresh_from_db()
    assert present.ended_on is None


def test_ending_names_everybody_first_and_can_be_undone_for_a_day(
    dziekanat: Client, faculty: Faculty, django_capture_on_commit_callbacks: Any
) -> None:
    card = add(faculty, "Lis", valid_until=UNTIL)
    order = make_order(card.student, Status.COLLECTED, card_number=card.barcode_number)
    answers = {"confirmed": "1", "reason": EndReason.RETURNED}
    assert ask(dziekanat, STUDENTS, "end_cards", confirmed="1").status_code == 400, "a reason is needed"
    ask(dziekanat, STUDENTS, "end_cards", **answers)
    preview = finished("end_cards_preview")
    page = dziekanat.get(preview.get_absolute_url()).content.decode()
    assert "Dziś stracą ważność legitymacje: 1. Powód: zwrócona." in page
    assert "skończą się mLegitymacje i zamówienia: 1" in page
    assert "Lis Anna Maria" in page, "who loses a card is named before it happens"
    assert not StudentCard.objects.exclude(ended_on=None).exists()
    with django_capture_on_commit_callbacks(execute=True):
        dziekanat.post(f"{CARDS}end-many/{preview.pk}/start/")
        ending = finished("end_cards")
    card.refresh_from_db()
    assert (card.ended_on, card.end_reason) == (date(2026, 11, 23), EndReason.RETURNED)
    assert Order.objects.get(pk=order.pk).status in {Status.REVOKING, Status.REVOKED}
    dziekanat.post(f"{CARDS}end-many/{ending.pk}/undo/")
    assert finished("end_cards_undo").counts == {"undone": 1}
    card.refresh_from_db()
    assert (card.ended_on, card.end_reason, card.ended_by, card.ended_by_job) == (None, None, None, None)


def test_who_has_a_new_card_keeps_it_when_the_ending_is_undone(dziekanat: Client, faculty: Faculty) -> None:
    card, other = add(faculty, "Lis"), add(faculty, "Wilk")
    ask(dziekanat, CARDS, "end_cards", confirmed="1", reason=EndReason.RETURNED)
    dziekanat.post(f"{CARDS}end-many/{finished('end_cards_preview').pk}/start/")
    ending = finished("end_cards")
    make_card(card.student)
    dziekanat.post(f"{CARDS}end-many/{ending.pk}/undo/")
    assert finished("end_cards_undo").counts == {"changed": 1, "undone": 1}
    card.refresh_from_db()
    other.refresh_from_db()
    assert (card.ended_on is None, other.ended_on is None) == (False, True)


def test_a_student_who_comes_to_match_later_is_not_among_them(dziekanat: Client, faculty: Faculty) -> None:
    add(faculty, "Lis")
    ask(dziekanat, STUDENTS, "end_cards", confirmed="1", reason=EndReason.RETURNED)
    preview = finished("end_cards_preview")
    late = add(faculty, "Wilk")
    dziekanat.post(f"{CARDS}end-many/{preview.pk}/start/")
    assert finished("end_cards").counts == {"ended_now": 1}
    late.refresh_from_db()
    assert late.ended_on is None


def test_a_student_of_another_faculty_by_then_is_left_out(dziekanat: Client, faculty: Faculty) -> None:
    card = add(faculty, "Lis")
    ask(dziekanat, STUDENTS, "end_cards", confirmed="1", reason=EndReason.RETURNED)
    preview = finished("end_cards_preview")
    card.student.enrolments.update(programme=make_programme())
    dziekanat.post(f"{CARDS}end-many/{preview.pk}/start/")
    assert finished("end_cards").counts == {"other_faculty": 1}
    card.refresh_from_db()
    assert card.ended_on is None


def test_who_may_only_look_is_offered_none_and_can_start_none(faculty: Faculty) -> None:
    add(faculty, "Lis")
    viewer = signed_in(make_member(VIEWER, faculty))
    assert "end_cards" not in viewer.get(STUDENTS).content.decode()
    ask(viewer, STUDENTS, "end_cards", confirmed="1", reason=EndReason.RETURNED)
    assert not Job.objects.exists()


def test_nobody_deletes_students_by_the_list(office: Client, faculty: Faculty) -> None:
    add(faculty, "Lis")
    for address in (STUDENTS, CARDS):
        assert "delete_selected" not in office.get(address).content.decode()
