"""What the page says around the dates of the academic year is true, and says it once."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from mdocs.models import Order, OrderEvent
from mdocs.statuses import Reason, Status
from students.models import Student
from tests.mdocs.factories import make_order
from tests.mdocs.page.test_history import HISTORY
from tests.mdocs.page.test_right import look
from tests.students.factories import make_card, make_enrolment, make_student

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("rules", ["els", "pesel"])
@pytest.mark.parametrize(
    ("language", "says", "sends"),
    [
        (
            "pl",
            "Twoje studia zaczynają się 1 października 2026. Od tego dnia możesz zamówić",
            "poproś dziekanat o sprawdzenie",
        ),
        (
            "en",
            "Your studies begin on 1 October 2026. From that day on you can order",
            "ask the dean's office to check",
        ),
    ],
)
def test_first_years_in_september_read_when_they_can_order(
    client: Client, settings: Any, rules: str, language: str, says: str, sends: str
) -> None:
    settings.ELIGIBILITY_RULES = rules
    student = make_student()
    make_enrolment(student, started_on=date(2026, 10, 1))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    with time_machine.travel(datetime(2026, 9, 10, 12, tzinfo=UTC), tick=False):
        page = look(client, student)
    assert says in page.main
    assert sends not in page.main
    assert not {"Zamów mLegitymację", "Order an mLegitymacja"} & set(page.buttons)


def test_what_cannot_be_extended_is_not_said_to_be_extended(client: Client, student: Student) -> None:
    make_order(student, Status.COLLECTED, reissue_required=True)
    page = look(client, student).main
    assert "Tej mLegitymacji nie można przedłużyć" in page
    assert "portal sam zamówi nową" in page
    assert "portal sam przedłuży" not in page


def test_a_document_with_an_old_album_number_can_be_replaced_and_is_not_taken_away(
    client: Client, student: Student
) -> None:
    order = make_order(student, Status.COLLECTED)
    assert "poprzedni numer albumu" not in look(client, student).main
    Student.objects.filter(pk=student.pk).update(album_number="777777")
    page = look(client, student)
    assert "mLegitymacja ma Twój poprzedni numer albumu" in page.main
    assert "Zamów ponownie" in page.buttons
    assert Order.objects.get(pk=order.pk).status == Status.COLLECTED


@pytest.mark.parametrize(("days_ago", "shown"), [(59, True), (61, False)])
def test_an_ending_steps_back_to_the_history_after_two_months(
    client: Client, student: Student, days_ago: int, shown: bool
) -> None:
    ended = timezone.now() - timedelta(days=days_ago)
    make_order(student, Status.REVOKED, created_at=ended - timedelta(days=100), status_changed_at=ended)
    page = look(client, student)
    assert ("unieważniona" in page.main) == shown
    assert "Zamów mLegitymację" in page.buttons
    assert "unieważniona" in client.get(HISTORY).content.decode()


def test_a_live_order_is_shown_however_old_it_is(client: Client, student: Student) -> None:
    long_ago = timezone.now() - timedelta(days=700)
    make_order(student, Status.COLLECTED, created_at=long_ago, status_changed_at=long_ago)
    assert "odebrana" in look(client, student).texts("dd")


def test_in_the_hour_that_comes_twice_the_history_says_which_it_was(client: Client, student: Student) -> None:
    order = make_order(student, Status.PROCESSING)
    first, second = datetime(2026, 10, 25, 0, 59, tzinfo=UTC), datetime(2026, 10, 25, 1, 0, tzinfo=UTC)
    for at, reason in ((second, Reason.ACCEPTED), (first, Reason.ORDERED)):
        OrderEvent.objects.create(order=order, at=at, old="waiting", new="processing", reason=reason)
    client.force_login(student.user)
    page = client.get(HISTORY).content.decode()
    summer, winter = (
        "25 października 2026, 02:59:00 czasu letniego",
        "25 października 2026, 02:00:00 czasu zimowego",
    )
    assert page.index(summer) < page.index(winter)
    OrderEvent.objects.update(at=datetime(2026, 10, 25, 2, 30, tzinfo=UTC))
    assert (
        "czasu"
        not in client.get(HISTORY).content.decode().partition("25 października 2026, 03:30:00")[2][:30]
    )


def test_codes_are_said_to_work_no_longer_than_the_document_is_valid(client: Client) -> None:
    student = make_student()
    make_enrolment(student, started_on=date(2025, 10, 1))
    card = make_card(student, issued_on=date(2025, 10, 1), valid_until=date(2026, 10, 31))
    with time_machine.travel(datetime(2026, 10, 20, 12, tzinfo=UTC), tick=False):
        make_order(student, Status.READY, card_number=card.barcode_number, valid_until=date(2026, 10, 31))
        page = look(client, student).main
    assert "Kody są ważne do 1 listopada 2026, 00:00" in page
