"""Nobody sees or touches another student's order, and nothing personal is kept by a browser or a proxy."""

import pytest
import zxingcpp
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from mdocs.models import Order
from mdocs.statuses import Status
from students.models import Student, User
from students.roles import CLERK
from tests.mdocs.factories import ACTIVATION_CODE, QR_TOKEN, make_order
from tests.mdocs.page.conftest import PAGE, address
from tests.mdocs.page.test_qr import drawn
from tests.students.factories import make_programme, make_user

# Every address of an order, with the methods that it answers to.
DOORS = [
    ("cancel", "post"),
    ("revoke", "get"),
    ("revoke", "post"),
    ("order_again", "post"),
    ("codes", "get"),
    ("qr_code", "get"),
    ("qr_code_png", "get"),
]
# For each, a state in which its own student gets through.
OPEN_IN = {"cancel": Status.WAITING}


@pytest.fixture(params=DOORS, ids=lambda door: f"{door[1]}-{door[0]}")
def door(request: pytest.FixtureRequest) -> tuple[str, str]:
    name, method = request.param
    return name, method


def order_behind(door: tuple[str, str], student: Student) -> Order:
    return make_order(student, OPEN_IN.get(door[0], Status.READY))


def knock(client: Client, door: tuple[str, str], order: Order) -> int:
    return int(getattr(client, door[1])(address(door[0], order)).status_code)


def test_ones_own_door_opens(student_client: Client, student: Student, door: tuple[str, str]) -> None:
    assert knock(student_client, door, order_behind(door, student)) in {200, 302}


def test_another_students_order_does_not_exist(
    student_client: Client, other_student: Student, door: tuple[str, str]
) -> None:
    order = order_behind(door, other_student)
    assert knock(student_client, door, order) == 404
    assert Order.objects.get().status == order.status


def test_staff_act_in_the_admin_not_here(
    client: Client, clerk: User, student: Student, door: tuple[str, str]
) -> None:
    order = order_behind(door, student)
    for user in (clerk, make_user("root", is_staff=True, is_superuser=True)):
        client.force_login(user)
        assert knock(client, door, order) == 404
    assert Order.objects.get().status == order.status


def test_who_is_not_signed_in_is_asked_to(client: Client, student: Student, door: tuple[str, str]) -> None:
    order = order_behind(door, student)
    response = getattr(client, door[1])(address(door[0], order))
    assert response.status_code == 302
    # After signing in the student does not land on an address that only takes a press.
    come_back = address(door[0], order) if door[1] == "get" else PAGE
    assert response["Location"] == f"/logowanie/?next={come_back}"
    assert Order.objects.get().status == order.status


def test_the_page_and_ordering_ask_to_sign_in(client: Client, db: None) -> None:
    for response in (client.get(PAGE), client.post(f"{PAGE}zamow/")):
        assert (response.status_code, response["Location"]) == (302, f"/logowanie/?next={PAGE}")


def test_the_page_shows_only_ones_own_order(student_client: Client, other_student: Student) -> None:
    make_order(other_student, Status.READY)
    html = student_client.get(PAGE).content.decode()
    assert QR_TOKEN not in html
    assert ACTIVATION_CODE not in html
    assert "gotowy do pobrania" not in html


def test_an_order_that_is_not_there_is_not_found(student_client: Client) -> None:
    assert student_client.get(f"{PAGE}zamowienia/not-a-uuid/kod-qr.svg").status_code == 404
    url = f"{PAGE}zamowienia/6b0a1c1e-7d6b-4a5e-9d43-0a4c7d2f6e11/kod-qr.svg"
    assert student_client.get(url).status_code == 404


def test_the_picture_of_the_code_is_an_svg_that_reads_as_the_code(
    student_client: Client, student: Student
) -> None:
    order = make_order(student, Status.READY)
    response = student_client.get(address("qr_code", order))
    assert response["Content-Type"] == "image/svg+xml"
    (code,) = zxingcpp.read_barcodes(drawn(response.content.decode()))
    assert code.text == order.qr_token


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.READY}))
def test_there_is_no_picture_unless_ready(student_client: Client, student: Student, status: Status) -> None:
    order = make_order(student, status)
    assert student_client.get(address("qr_code", order)).status_code == 404


def test_nothing_personal_is_stored_on_the_way(student_client: Client, student: Student) -> None:
    order = make_order(student, Status.READY)
    answers = [
        student_client.get(PAGE),
        student_client.get("/"),
        student_client.get(address("qr_code", order)),
        student_client.get(address("revoke", order)),
        student_client.post(address("cancel", order)),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 409]
    for answer in answers:
        assert set(answer["Cache-Control"].split(", ")) >= {"no-store", "private"}


def test_a_clerk_who_studies_at_another_faculty_keeps_the_own_order_and_photo(
    client: Client, student: Student, door: tuple[str, str]
) -> None:
    User.objects.filter(pk=student.user_id).update(is_staff=True)
    student.user.groups.add(Group.objects.get(name=CLERK))
    student.user.faculties.set([make_programme().faculty])
    client.force_login(student.user)
    assert client.get(reverse("students:photo", args=[student.pk])).status_code == 200
    assert knock(client, door, order_behind(door, student)) in {200, 302}
