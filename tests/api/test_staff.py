"""What a script of the staff can do: as much as its user in the dean's office, and for the same students."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mdocs.models import Order
from mdocs.statuses import Status
from students.half_years import next_half_year_end
from students.models import Job, Student, User
from students.roles import ADMINISTRATOR, CLERK, VIEWER
from tests.api.caller import Caller, make_token
from tests.mdocs.factories import make_order
from tests.students.factories import make_eligible_student, make_member

NOBODYS = "0f7f2f04-0000-4000-8000-000000000000"
LATER = "2000-01-01"
# Each address, a body for it, and who may call it; 4xx other than 401 and 403 shows that they got through.
CALLS: list[tuple[str, str, Any, set[str]]] = [
    ("GET", "students", None, {VIEWER, CLERK, ADMINISTRATOR}),
    ("POST", "students/search", {"pesel": "44051401359"}, {VIEWER, CLERK, ADMINISTRATOR}),
    ("GET", "students/0", None, {VIEWER, CLERK, ADMINISTRATOR}),
    ("GET", "cards", None, {VIEWER, CLERK, ADMINISTRATOR}),
    ("POST", "cards/0/extend", {"until": LATER}, {CLERK, ADMINISTRATOR}),
    ("POST", "cards/0/end", {"reason": "lost"}, {CLERK, ADMINISTRATOR}),
    ("GET", "orders", None, {VIEWER, CLERK, ADMINISTRATOR}),
    ("GET", f"orders/{NOBODYS}", None, {VIEWER, CLERK, ADMINISTRATOR}),
    ("POST", f"orders/{NOBODYS}/cancel", {"reason": "issued_in_error"}, {CLERK, ADMINISTRATOR}),
    ("POST", f"orders/{NOBODYS}/revoke", {"reason": "issued_in_error"}, {CLERK, ADMINISTRATOR}),
    ("POST", f"orders/{NOBODYS}/retry", None, {CLERK, ADMINISTRATOR}),
    ("GET", "jobs", None, {CLERK, ADMINISTRATOR}),
    ("GET", "jobs/0", None, {CLERK, ADMINISTRATOR}),
]


def call(caller: Caller, method: str, address: str, body: Any) -> Any:
    return caller.get(address) if method == "GET" else caller.post(address, body)


@pytest.mark.django_db
@pytest.mark.parametrize("role", [VIEWER, CLERK, ADMINISTRATOR])
@pytest.mark.parametrize(("method", "address", "body", "roles"), CALLS)
def test_each_role_may_call_what_it_may_do_in_the_admin(
    role: str, method: str, address: str, body: Any, roles: set[str]
) -> None:
    answer = call(Caller(make_token(make_member(role))), method, address, body)
    if role in roles:
        assert answer.status_code in (200, 404, 400), answer.content
    else:
        assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")


@pytest.mark.parametrize(("method", "address", "body", "_roles"), CALLS)
def test_a_student_may_call_none_of_it_whatever_groups_they_are_in(
    student: Student, method: str, address: str, body: Any, _roles: set[str]
) -> None:
    student.user.groups.add(Group.objects.get(name=ADMINISTRATOR))  # but is no staff
    answer = call(Caller(make_token(student.user)), method, address, body)
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")


def test_a_clerk_sees_the_students_of_their_faculties(
    office: Caller, student: Student, other_student: Student
) -> None:
    mine, theirs = make_order(student), make_order(other_student)
    assert [each["id"] for each in office.get("students").json()["items"]] == [student.pk]
    assert [each["student"] for each in office.get("cards").json()["items"]] == [student.pk]
    assert [each["id"] for each in office.get("orders").json()["items"]] == [str(mine.pk)]
    card = other_student.cards.get()
    for answer in (
        office.get(f"students/{other_student.pk}"),
        office.get(f"orders/{theirs.pk}"),
        office.post(f"orders/{theirs.pk}/cancel", {"reason": "issued_in_error"}),
        office.post(f"orders/{theirs.pk}/retry"),
        office.post(f"cards/{card.pk}/end", {"reason": "lost"}),
        office.post(f"cards/{card.pk}/extend", {"until": str(next_half_year_end(card.valid_until))}),
    ):
        assert answer.status_code == 404
    assert office.post("students/search", {"pesel": other_student.pesel}).json() == []


def test_a_student_is_shown_with_the_pesel_masked(office: Caller, student: Student) -> None:
    assert student.pesel
    shown = office.get(f"students/{student.pk}")
    assert student.pesel not in shown.content.decode()
    assert shown.json()["pesel_masked"] == student.masked_pesel
    assert shown.json()["eligibility"]["may_order"] is True
    assert [each["status"] for each in shown.json()["enrolments"]] == ["active"]
    assert len(shown.json()["cards"]) == 1


def test_a_pesel_is_searched_for_in_the_body_only(office: Caller, student: Student) -> None:
    assert student.pesel
    found = office.post("students/search", {"pesel": student.pesel}).json()
    assert [each["id"] for each in found] == [student.pk]
    refused = office.get(f"students?q={student.pesel}")
    assert refused.status_code == 400 and student.pesel not in refused.content.decode()
    assert office.post("students/search", {"pesel": "44051401350"}).json()["errors"]["pesel"]


@pytest.mark.parametrize(
    "asked", ["q=now", "q={album}", "q={card}", "album_number={album}", "faculty={faculty}"]
)
def test_students_are_found(office: Caller, student: Student, asked: str) -> None:
    enrolment = student.enrolments.select_related("programme__faculty").get()
    values = {
        "album": student.album_number,
        "card": student.cards.get().barcode_number,
        "faculty": enrolment.programme.faculty.code,
    }
    assert len(office.get(f"students?{asked.format(**values)}").json()["items"]) == 1
    assert office.get("students?q=nobody").json()["items"] == []


def test_a_card_is_extended_and_ended(office: Caller, dean: User, student: Student) -> None:
    card = student.cards.get()
    until = next_half_year_end(card.valid_until)
    extended = office.post(f"cards/{card.pk}/extend", {"until": str(until)})
    assert (extended.status_code, extended.json()["valid_until"]) == (200, str(until))
    assert card.extensions.get().by == dean
    again = office.post(f"cards/{card.pk}/extend", {"until": str(until)})
    assert (again.status_code, again.json()["obstacle"]) == (409, "not_later")
    never = office.post(f"cards/{card.pk}/extend", {"until": "2999-01-01"})
    assert (never.status_code, list(never.json()["errors"])) == (400, ["until"])
    ended = office.post(f"cards/{card.pk}/end", {"reason": "lost"})
    assert (ended.status_code, ended.json()["end_reason"]) == (200, "lost")
    assert office.post(f"cards/{card.pk}/end", {"reason": "lost"}).json()["obstacle"] == "ended"


def test_cards_are_filtered(office: Caller, student: Student) -> None:
    card = student.cards.get()
    for asked, number in (
        (f"barcode_number={card.barcode_number}", 1),
        ("in_use=true", 1),
        ("in_use=false", 0),
        (f"valid_before={card.valid_until}", 0),
        (f"valid_before={card.valid_until + timedelta(days=1)}", 1),
        (f"student={student.pk}", 1),
    ):
        assert len(office.get(f"cards?{asked}").json()["items"]) == number, asked


def test_staff_end_orders_for_a_reason_and_never_see_codes(office: Caller, student: Student) -> None:
    order = make_order(student, Status.READY)
    shown = office.get(f"orders/{order.pk}")
    assert order.activation_code and order.activation_code not in shown.content.decode()
    assert office.get(f"me/orders/{order.pk}/codes").status_code == 404
    assert office.post(f"orders/{order.pk}/cancel", {"reason": "issued_in_error"}).status_code == 409
    assert office.post(f"orders/{order.pk}/revoke", {}).json()["errors"]["reason"]
    revoked = office.post(f"orders/{order.pk}/revoke", {"reason": "issued_in_error"}).json()
    assert (revoked["status"], revoked["revocation_reason"]) == ("revoking", "issued_in_error")
    assert office.post(f"orders/{order.pk}/retry").status_code == 200


def test_orders_are_filtered(office: Caller, student: Student) -> None:
    order = make_order(student, Status.CANCELLED)
    tomorrow = (timezone.now() + timedelta(days=1)).date()
    for asked, number in (
        ("status=cancelled", 1),
        ("status=ready", 0),
        (f"student={student.pk}", 1),
        (f"q={order.pk}", 1),
        (f"q={student.album_number}", 1),
        ("needs_attention=true", 0),
        ("needs_attention=false", 1),
        (f"created_from={tomorrow}T00:00Z", 0),
        (f"created_before={tomorrow}T00:00Z", 1),
    ):
        assert len(office.get(f"orders?{asked}").json()["items"]) == number, asked


def test_a_clerk_sees_their_own_jobs(office: Caller, dean: User) -> None:
    mine = Job.objects.create(kind="students", title="import", started_by=dean, total=4, done=1)
    theirs = Job.objects.create(kind="students", title="import", started_by=make_member(CLERK))
    assert [each["id"] for each in office.get("jobs?state=waiting").json()["items"]] == [mine.pk]
    assert office.get(f"jobs/{mine.pk}").json()["percent"] == 25
    assert office.get(f"jobs/{theirs.pk}").status_code == 404


@pytest.mark.parametrize("address", ["students", "cards", "orders", "students/{id}"])
def test_no_query_grows_with_the_number_of_rows(office: Caller, student: Student, address: str) -> None:
    faculty = student.enrolments.get().programme.faculty
    where = address.format(id=student.pk)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert office.get(where).status_code == 200
        return len(queries)

    make_order(student, Status.CANCELLED)
    count()
    before = count()
    for _ in range(5):
        another = make_eligible_student()
        another.enrolments.get().programme.__class__.objects.filter(enrolments__student=another).update(
            faculty=faculty
        )
        make_order(another, Status.CANCELLED)
    make_order(student, Status.CANCELLED)
    assert count() == before <= 7  # the record of the look among them
    assert Order.objects.count() == 7
