"""The page says which conditions are met, who can mend those that are not, and who has no right at all."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from mdocs.models import Breaker, Order
from mdocs.statuses import Status
from students.models import Level, Student
from students.moments import write_day
from tests.mdocs.factories import make_order, set_breaker
from tests.mdocs.page.conftest import PAGE
from tests.mdocs.page.html import Document, read
from tests.students.factories import make_card, make_enrolment, make_student, make_user

CONDITIONS = [
    "Jesteś aktywnym studentem",
    "Masz numer PESEL",
    "Masz numer albumu",
    "Masz zdjęcie w USOS",
    "Masz Elektroniczną Legitymację Studencką (plastikową)",
    "Twoja (plastikowa) ELS została przedłużona w USOS",
    "Twoje dane osobowe nie zmieniły się od czasu wydania ELS",
]
LEVELS = (
    "UWAGA! Ze względu na obowiązujące przepisy, mLegitymacje są dostępne tylko dla studentów studiów wyższych, "
    "czyli I-go i II-go stopnia oraz jednolitych studiów magisterskich."
)


def look(client: Client, student: Student) -> Document:
    client.force_login(student.user)
    return read(client.get(PAGE))


def outcomes(page: Document) -> list[str]:
    """Return the conditions with their outcomes, as they are read out."""
    return page.texts("p", **{"class": "condition-text"})


def test_who_meets_every_condition_can_order(client: Client, student: Student) -> None:
    page = look(client, student)
    assert "Możesz zamówić mLegitymację, o ile spełniasz następujące warunki:" in page.main
    assert outcomes(page) == [f"{text} – spełniony" for text in CONDITIONS]
    assert LEVELS in page.main
    assert page.buttons == ["Zamów mLegitymację"]
    assert page.texts("h2")[0] == "Możesz zamówić mLegitymację"


def test_who_meets_none_sees_what_is_missing_and_who_helps(client: Client, db: None) -> None:
    page = look(client, make_student(pesel=None, album_number=None, photo=None))
    assert outcomes(page) == [
        *(f"{text} – niespełniony" for text in CONDITIONS[:5]),
        *(f"{text} – zależy od innego warunku" for text in CONDITIONS[5:]),
    ]
    assert page.main.count("Kto pomoże:") == 5
    assert page.main.count(f"gdy będzie spełniony warunek „{CONDITIONS[4]}”") == 1
    assert page.texts("h2")[0] == "Nie możesz jeszcze zamówić mLegitymacji: brakuje 5 z 7"
    assert page.buttons == []


def test_a_card_that_was_not_extended_is_the_one_thing_missing(client: Client, db: None) -> None:
    student = make_student()
    make_enrolment(student)
    make_card(student, valid_until=timezone.localdate() - timedelta(days=1))
    page = look(client, student)
    assert [line for line in outcomes(page) if not line.endswith("– spełniony")] == [
        "Twoja (plastikowa) ELS została przedłużona w USOS – niespełniony"
    ]
    assert page.buttons == []


def test_a_planned_end_that_has_passed_takes_nothing_and_is_said(client: Client, student: Student) -> None:
    assert "Minął planowany koniec" not in look(client, student).main
    yesterday = timezone.localdate() - timedelta(days=1)
    student.enrolments.update(ended_on=yesterday)
    page = look(client, student)
    assert f"W USOS jest nim {write_day(yesterday)}." in page.main
    assert page.buttons == ["Zamów mLegitymację"]


def test_the_newer_rules_have_four_conditions(client: Client, student: Student, settings: object) -> None:
    settings.ELIGIBILITY_RULES = "pesel"  # type: ignore[attr-defined]  # pytest-django's wrapper has no type
    page = look(client, student)
    assert outcomes(page) == [f"{text} – spełniony" for text in CONDITIONS[:4]]


@pytest.mark.parametrize("level", [Level.DOCTORAL, Level.POSTGRADUATE])
def test_other_levels_give_no_right(client: Client, db: None, level: Level) -> None:
    student = make_student()
    make_enrolment(student, level)
    make_card(student)
    page = look(client, student)
    assert f"Twoje obecne studia to: {level.label}." in page.main
    assert LEVELS in page.main
    assert page.buttons == []


def test_staff_have_no_right(client: Client, db: None) -> None:
    client.force_login(make_user(is_staff=True))
    page = read(client.get(PAGE))
    assert "Korzystasz z konta pracownika uczelni" in page.main
    assert LEVELS in page.main
    assert page.buttons == []


def test_an_account_without_studies_has_no_right(client: Client, db: None) -> None:
    client.force_login(make_user())
    page = read(client.get(PAGE))
    assert "Z Twoim kontem nie są połączone żadne studia." in page.main
    assert page.buttons == []


def test_a_document_is_shown_also_to_who_could_not_order_it_today(client: Client, db: None) -> None:
    student = make_student()
    make_order(student, Status.COLLECTED)
    page = look(client, student)
    assert "odebrana" in page.texts("dd")
    assert page.buttons == ["Unieważnij mLegitymację"]


def test_an_ended_order_tells_who_cannot_order_what_comes_first(client: Client, db: None) -> None:
    student = make_student()
    make_order(student, Status.EXPIRED)
    page = look(client, student)
    assert "Nową mLegitymację zamówisz, gdy spełnisz wszystkie warunki" in page.main
    assert page.buttons == []


def test_codes_of_who_could_not_order_today_come_without_advice_to_order(client: Client, db: None) -> None:
    student = make_student()
    make_order(student, Status.READY)
    page = look(client, student)
    assert "Zamów ponownie" not in page.main
    assert "Unieważnij tę mLegitymację; nową zamówisz, gdy spełnisz wszystkie warunki" in page.main


@pytest.mark.parametrize(
    ("status", "fields", "advice"),
    [
        (Status.COLLECTED, {}, "zamów ją ponownie"),
        (Status.COLLECTED, {"reissue_required": True}, "„Zamów ponownie”"),
        (Status.CANCELLING, {}, "Potem możesz zamówić mLegitymację od nowa."),
    ],
)
def test_only_who_may_order_is_advised_to(
    client: Client, student: Student, status: Status, fields: dict[str, bool], advice: str
) -> None:
    make_order(student, status, **fields)
    assert advice in look(client, student).main
    barred = make_student()
    make_order(barred, status, **fields)
    assert advice not in look(client, barred).main


def test_only_the_rules_that_follow_the_card_promise_an_extension(
    client: Client, student: Student, settings: object
) -> None:
    make_order(student, Status.COLLECTED)
    assert "portal sam przedłuży mLegitymację" in look(client, student).main
    settings.ELIGIBILITY_RULES = "pesel"  # type: ignore[attr-defined]
    page = look(client, student)
    assert "portal sam przedłuży" not in page.main
    assert "Jest ważna do podanego terminu" in page.main


def test_the_trouble_of_mdokumenty_is_not_told_to_who_waits_for_nothing(client: Client, db: None) -> None:
    set_breaker(Breaker.State.OPEN)
    assert "chwilowo niedostępn" not in look(client, make_student()).main


def test_looking_orders_nothing(client: Client, student: Student) -> None:
    look(client, student)
    assert not Order.objects.exists()
