"""A clerk extends or ends one card on a page of its own, reads what that means, and cannot do it by accident."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from students.models import EndReason, StudentCard, User
from students.roles import CLERK
from tests.mdocs.page.html import Document
from tests.students.cards.holders import make_card_in_use, make_holder
from tests.students.factories import make_card, make_clerk, make_member, make_programme

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("november")]
BEFORE, UNTIL = date(2026, 10, 31), date(2027, 3, 31)
EVERYTHING = ("view_studentcard", "add_studentcard", "extend_studentcard", "end_studentcard")


@pytest.fixture
def card() -> StudentCard:
    return make_card_in_use(valid_until=BEFORE)


@pytest.fixture
def clerk(client: Client, card: StudentCard) -> Client:
    client.force_login(make_member(CLERK, card.student.enrolments.get().programme.faculty))
    return client


def address(name: str, card: StudentCard) -> str:
    return reverse(f"admin:students_studentcard_{name}", args=[card.pk])


@pytest.mark.parametrize(
    ("today", "valid_until", "filled_in"),
    [
        ("2026-11-23", BEFORE, "2027-03-31"),
        ("2026-11-23", UNTIL, "2027-10-31"),
        ("2027-02-28", BEFORE, "2027-03-31"),
        ("2027-03-01", BEFORE, "2027-10-31"),
        ("2027-03-01", UNTIL, "2027-10-31"),
    ],
)
def test_the_date_is_filled_in_with_the_half_year_whose_turn_it_is(
    office: Client, card: StudentCard, time_machine: Any, today: str, valid_until: date, filled_in: str
) -> None:
    StudentCard.objects.update(valid_until=valid_until)
    time_machine.move_to(f"{today} 12:00 +00:00")
    office.force_login(User.objects.get(is_superuser=True))  # whose session is not over that day
    page = Document(office.get(address("extend", card)).content.decode())
    assert page.all("input", name="until")[0].attrs["value"] == filled_in


def test_a_card_is_extended(clerk: Client, card: StudentCard) -> None:
    answer = clerk.post(address("extend", card), {"until": "2027-03-31"}, follow=True)
    assert answer.redirect_chain == [(reverse("admin:students_student_page", args=[card.student_id]), 302)]
    assert "została przedłużona" in answer.content.decode()
    card.refresh_from_db()
    assert card.valid_until == UNTIL
    assert card.extensions.get().by == answer.wsgi_request.user


@pytest.mark.parametrize(
    ("until", "message"),
    [
        ("", "wymagane"),
        ("2027-02-30", "poprawną datę"),
        ("2026-11-22", "już minęła"),
        ("2028-12-31", "zbyt odległa"),
        ("2026-11-23", None),
    ],
)
def test_a_date_that_cannot_be_is_told_and_changes_nothing(
    clerk: Client, card: StudentCard, until: str, message: str | None
) -> None:
    answer = clerk.post(address("extend", card), {"until": until})
    if message is None:
        assert answer.status_code == 302
        return
    assert message in answer.content.decode()
    assert not card.extensions.exists()


def test_why_a_card_cannot_be_extended_is_told(clerk: Client, card: StudentCard) -> None:
    card.student.enrolments.update(status="struck_off", ended_on=date(2026, 10, 1))
    answer = clerk.post(address("extend", card), {"until": "2027-03-31"})
    assert "nie jest teraz studentem" in answer.content.decode()
    assert not card.extensions.exists()


def test_before_a_card_is_ended_the_clerk_reads_what_it_means(
    clerk: Client, card: StudentCard, settings: Any
) -> None:
    page = clerk.get(address("end", card)).content.decode()
    assert "mLegitymacja wydana na jej podstawie zostanie unieważniona" in page
    assert "nie można cofnąć" in page
    settings.ELIGIBILITY_RULES = "pesel"
    assert "mLegitymacja studenta pozostaje ważna" in clerk.get(address("end", card)).content.decode()
    card.refresh_from_db()
    assert card.ended_on is None


@pytest.mark.parametrize("reason", EndReason.values)
def test_a_card_is_ended_with_a_reason(clerk: Client, card: StudentCard, reason: str) -> None:
    answer = clerk.post(address("end", card), {"reason": reason}, follow=True)
    assert answer.redirect_chain == [(reverse("admin:students_student_page", args=[card.student_id]), 302)]
    card.refresh_from_db()
    assert (card.ended_on, card.end_reason) == (date(2026, 11, 23), reason)
    assert card.ended_by == answer.wsgi_request.user


@pytest.mark.parametrize("data", [{}, {"reason": "eaten"}])
def test_a_card_does_not_end_without_a_reason(clerk: Client, card: StudentCard, data: dict[str, str]) -> None:
    assert clerk.post(address("end", card), data).status_code == 200
    card.refresh_from_db()
    assert card.ended_on is None


def test_a_card_with_changed_data_is_ended_and_exchanged_in_two_forms(
    clerk: Client, card: StudentCard
) -> None:
    answer = clerk.post(address("end", card), {"reason": "data_changed", "issue": "1"}, follow=True)
    ((where, _status),) = answer.redirect_chain
    assert where == f"{reverse('admin:students_studentcard_add')}?student={card.student_id}"
    page = Document(answer.content.decode())
    assert [option.attrs["value"] for option in page.all("option", selected="")] == [str(card.student_id)]
    assert page.all("input", name="valid_until")[0].attrs["value"]


def test_a_card_that_has_ended_cannot_be_ended_or_extended_again(clerk: Client, card: StudentCard) -> None:
    clerk.post(address("end", card), {"reason": "lost"})
    for name, data in (("end", {"reason": "returned"}), ("extend", {"until": "2027-03-31"})):
        answer = clerk.post(address(name, card), data)
        assert "została już zakończona" in answer.content.decode()
    card.refresh_from_db()
    assert (card.end_reason, card.valid_until) == ("lost", BEFORE)
    page = clerk.get(address("change", card)).content.decode()
    assert address("end", card) not in page
    assert f"?student={card.student_id}" in page


@pytest.mark.parametrize("name", ["extend", "end", "change"])
def test_a_card_of_another_faculty_is_not_there(clerk: Client, name: str) -> None:
    other = make_card_in_use(valid_until=BEFORE)
    data = {"until": "2027-03-31", "reason": "lost"}
    # The admin answers 302 to its front page for a row that is not there, also to itself.
    missing = clerk.get(reverse(f"admin:students_studentcard_{name}", args=[other.pk + 1])).status_code
    assert clerk.get(address(name, other)).status_code == missing
    assert clerk.post(address(name, other), data).status_code in {missing, 403}
    other.refresh_from_db()
    assert (other.valid_until, other.ended_on) == (BEFORE, None)


@pytest.mark.parametrize("left_out", EVERYTHING)
def test_each_page_asks_for_its_own_permission(client: Client, card: StudentCard, left_out: str) -> None:
    client.force_login(make_clerk(*(f"students.{name}" for name in EVERYTHING if name != left_out)))
    pages = {
        address("extend", card): "extend_studentcard",
        address("end", card): "end_studentcard",
        reverse("admin:students_studentcard_scan"): "extend_studentcard",
        reverse("admin:students_studentcard_extend_many"): "extend_studentcard",
        reverse("admin:students_studentcard_add"): "add_studentcard",
    }
    for page, permission in pages.items():
        expected = 403 if permission == left_out else 200
        assert client.get(page).status_code == expected, page
        if expected == 403:
            assert client.post(page, {"until": "2027-03-31", "reason": "lost"}).status_code == 403
    undo = reverse("admin:students_studentcard_scan_undo")
    assert client.post(undo).status_code == (403 if left_out == "extend_studentcard" else 302)


def test_an_issued_card_offers_what_can_be_done_and_nothing_to_save(clerk: Client, card: StudentCard) -> None:
    html = clerk.get(address("change", card)).content.decode()
    assert address("extend", card) in html
    assert address("end", card) in html
    assert 'name="_save' not in html
    assert 'name="_continue' not in html
    clerk.force_login(make_clerk("students.view_studentcard"))
    html = clerk.get(address("change", card)).content.decode()
    assert address("extend", card) not in html
    assert address("end", card) not in html


def test_cards_are_issued_to_students_of_the_clerks_faculties_only(clerk: Client, card: StudentCard) -> None:
    mine = make_holder(card.student.enrolments.get().programme)
    other = make_holder(make_programme())
    form = {
        "barcode_number": "B1",
        "issued_on": "2026-11-23",
        "valid_until": "2027-03-31",
        "extensions-TOTAL_FORMS": 0,
        "extensions-INITIAL_FORMS": 0,
    }
    add = reverse("admin:students_studentcard_add")
    assert other.last_name not in clerk.get(f"{add}?student={other.pk}").content.decode()
    refused = clerk.post(add, form | {"student": other.pk})
    assert "student" in refused.context["adminform"].form.errors
    assert clerk.post(add, form | {"student": mine.pk}).status_code == 302
    assert StudentCard.objects.get(barcode_number="B1").student == mine


def test_only_staff_gets_in_and_only_by_post_anything_changes(client: Client, card: StudentCard) -> None:
    make_card(make_holder())
    assert client.get(address("end", card)).status_code == 302
    client.force_login(make_member(CLERK, card.student.enrolments.get().programme.faculty))
    client.get(address("end", card), {"reason": "lost"})
    client.get(address("extend", card), {"until": "2027-03-31"})
    card.refresh_from_db()
    assert (card.ended_on, card.valid_until) == (None, BEFORE)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    assert strict.post(address("end", card), {"reason": "lost"}).status_code == 403
