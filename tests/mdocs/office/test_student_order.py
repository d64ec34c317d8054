"""The office orders for one student, and ends what they have, from the student's page, as the permissions allow."""

import pytest
from django.test import Client
from django.utils import timezone

from mdocs.models import Order
from mdocs.statuses import Reason, Status
from students.half_years import extension_target
from students.models import Student, User
from students.roles import CLERK, VIEWER
from tests.mdocs.factories import make_order
from tests.students.admin.pages import look_of, said, signed_in
from tests.students.factories import make_eligible_student, make_member, make_student

pytestmark = pytest.mark.django_db


@pytest.fixture
def student() -> Student:
    return make_eligible_student()


def member(role: str, student: Student) -> User:
    """Make a member of staff of the student's faculty."""
    return make_member(role, student.enrolments.get().programme.faculty)


def address(student: Student) -> str:
    """Return the address of ordering for a student."""
    return f"/admin/mdocs/order/student/{student.pk}/"


def buttons(browser: Client, student: Student) -> list[tuple[str, str]]:
    """Return label and address of the buttons of a student's page."""
    page = browser.get(look_of(student))
    return [(str(button.label), button.url) for button in page.context["buttons"]]


def test_a_clerk_orders_for_a_student_who_may_order(student: Student) -> None:
    clerk = member(CLERK, student)
    browser = signed_in(clerk)
    assert ("Zamów mLegitymację", address(student)) in buttons(browser, student)
    asked = browser.get(address(student)).content.decode()
    assert "Zamów tylko na prośbę studenta." in asked
    assert not Order.objects.exists()
    answer = browser.post(address(student))
    assert answer["Location"] == look_of(student)
    assert said(answer) == [
        "Zamówiono. Student dostanie wiadomość; kody zobaczy tylko on, na swojej stronie."
    ]
    order = Order.objects.get()
    event = order.events.get()
    assert (order.student, event.reason, event.actor) == (student, Reason.ORDERED, clerk)
    assert "Zamów mLegitymację" not in dict(buttons(browser, student))
    again = browser.post(address(student))
    assert said(again) == ["Ten student ma już mLegitymację albo zamówienie, które trwa."]
    assert Order.objects.count() == 1


def test_nothing_is_ordered_for_who_may_not_order(student: Student) -> None:
    browser = signed_in(member(CLERK, student))
    student.cards.all().delete()
    assert dict(buttons(browser, student)).keys() == {"Wydaj legitymację", "Logowanie i sesje"}
    assert "Nie zamówiono" in said(browser.post(address(student)))[0]
    assert not Order.objects.exists()


def test_who_lacks_the_permission_or_the_faculty_orders_nothing(student: Student) -> None:
    viewer = signed_in(member(VIEWER, student))
    assert buttons(viewer, student) == []
    assert viewer.post(address(student)).status_code == 403
    stranger = signed_in(member(CLERK, make_eligible_student()))
    assert stranger.get(look_of(student)).status_code == 404
    assert stranger.post(address(student)).status_code == 404
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("status", "label"),
    [
        (Status.WAITING, "Anuluj zamówienie"),
        (Status.COLLECTED, "Unieważnij mLegitymację"),
        (Status.REVOKING, None),
        (Status.REVOKED, None),
    ],
)
def test_what_the_student_has_is_ended_from_the_page(
    student: Student, status: Status, label: str | None
) -> None:
    order = make_order(student, status)
    found = dict(buttons(signed_in(member(CLERK, student)), student))
    ends = {
        name: url for name, url in found.items() if name in {"Anuluj zamówienie", "Unieważnij mLegitymację"}
    }
    assert ends == ({label: f"/admin/mdocs/order/{order.pk}/end/"} if label else {})


def test_the_buttons_about_cards_follow_the_card(student: Student) -> None:
    browser = signed_in(member(CLERK, student))
    card = student.cards.get()
    where = f"/admin/students/studentcard/{card.pk}"
    assert buttons(browser, student)[:2] == [
        ("Przedłuż legitymację", f"{where}/extend/"),
        ("Zakończ legitymację", f"{where}/end/"),
    ]
    browser.post(f"{where}/end/", {"reason": "lost"})
    issue = f"/admin/students/studentcard/add/?student={student.pk}"
    assert buttons(browser, student)[0] == ("Wydaj legitymację", issue)
    form = browser.get(issue).content.decode()
    assert "autofocus" in form[form.index('name="barcode_number"') :].partition(">")[0]
    today = timezone.localdate()
    dates = {"issued_on": today, "valid_until": extension_target(today)}
    inline = {"extensions-TOTAL_FORMS": 0, "extensions-INITIAL_FORMS": 0}
    new = {"student": student.pk, "barcode_number": "B4711", **dates, **inline}
    answer = browser.post(issue, new)
    assert answer.status_code == 302, answer.context["errors"]
    assert answer["Location"] == look_of(student)
    assert student.cards.get(ended_on=None).barcode_number == "B4711"


def test_the_page_leads_to_the_form_only_for_those_who_may_edit(student: Student) -> None:
    edit = f"/admin/students/student/{student.pk}/change/"
    assert edit in signed_in(member(CLERK, student)).get(look_of(student)).content.decode()
    assert edit not in signed_in(member(VIEWER, student)).get(look_of(student)).content.decode()
    assert signed_in(make_student().user).get(look_of(student)).status_code == 302
