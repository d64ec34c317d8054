"""The open page asks whether anything has changed: mostly nothing has, and saying so costs one query."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.signing import Signer
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Session
from mdocs.models import Order
from mdocs.orders import revoke
from mdocs.schedule import WATCHED
from mdocs.statuses import Status
from students.models import AuditEntry, Student, User
from tests.mdocs.factories import make_order
from tests.mdocs.page.conftest import PAGE
from tests.mdocs.page.html import Document
from tests.mdocs.page.open_page import STATE, OpenPage
from tests.students.factories import make_student, make_user

LOGIN = f"/logowanie/?next={PAGE}"
DAY = timedelta(days=1)


@pytest.mark.parametrize("status", [None, *Status])
def test_what_has_not_changed_is_said_with_one_query(
    student_client: Client, student: Student, status: Status | None
) -> None:
    if status is not None:
        make_order(student, status)
    page = OpenPage(student_client)
    with CaptureQueriesContext(connection) as queries:
        answer = page.ask()
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer["ETag"] == page.tag["If-None-Match"]
    assert set(answer["Cache-Control"].split(", ")) == {"no-store", "private"}
    assert not answer.cookies
    assert len(queries) == 1, [query["sql"][:100] for query in queries]


def test_what_has_changed_comes_as_the_page_would_show_it(student_client: Client, student: Student) -> None:
    order = make_order(student, Status.PROCESSING)
    page = OpenPage(student_client)
    order.delete()
    make_order(student, Status.READY)
    answer = page.ask()
    assert answer.status_code == 200
    assert set(answer["Cache-Control"].split(", ")) == {"no-store", "private"}
    part = Document(answer.content.decode())
    assert [element.tag for element in part.elements[:2]] == ["title", "div"]
    assert part.texts("title")[0].startswith("mLegitymacja – gotowy do pobrania – ")
    assert part.texts("h2") == ["Twoja mLegitymacja jest gotowa do pobrania", "Warunki"]
    assert "Pokaż kod" in part.texts("a")
    says = "Twoja mLegitymacja jest gotowa do pobrania. Status: gotowy do pobrania."
    assert part.all("div", id="status")[0].attrs["data-says"].strip() == says
    assert len(part.all("input", name="csrfmiddlewaretoken")) == len(part.all("form", method="post"))


def test_the_part_that_came_knows_its_own_version(student_client: Client, student: Student) -> None:
    page = OpenPage(student_client)
    make_order(student, Status.PROCESSING)
    part = Document(page.ask().content.decode())
    reopened = OpenPage(student_client)
    assert part.all("div", id="status")[0].attrs == reopened.region
    assert reopened.ask().status_code == 304


def the_session_is_deleted(user: User) -> None:
    Session.objects.all().delete()


def the_session_is_too_old(user: User) -> None:
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))


def the_password_is_changed(user: User) -> None:
    user.set_password("another one")
    user.save()


def the_account_is_closed(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


@pytest.mark.parametrize(
    "happens",
    [the_session_is_deleted, the_session_is_too_old, the_password_is_changed, the_account_is_closed],
)
def test_who_is_not_signed_in_any_more_is_told_so(
    student_client: Client, student: Student, happens: Callable[[User], None]
) -> None:
    make_order(student, Status.READY)
    page = OpenPage(student_client)
    happens(student.user)
    answer = page.ask()
    assert answer.status_code == 401
    part = Document(answer.content.decode())
    assert part.texts("title")[0].startswith("Wylogowano – ")
    assert part.texts("a", href=LOGIN) == ["Zaloguj się"]
    (region,) = part.all("div", id="status")
    assert "hx-get" not in region.attrs, "there is nothing to ask for any more"
    assert "gotowy do pobrania" not in answer.content.decode()


def test_who_opens_the_address_by_hand_is_led_to_the_page(client: Client, student: Student) -> None:
    assert client.get(STATE)["Location"] == LOGIN
    client.force_login(student.user)
    assert client.get(STATE)["Location"] == PAGE
    assert client.post(STATE).status_code == 405


@pytest.mark.parametrize(
    "tag",
    [
        "",
        "*",
        'W/"',
        'W/""',
        '"x.y:z"',
        'W/"\x00"',
        'W/"' + "9" * 5000 + '.x:y"',
        'W/"ąę"',
    ],
)
def test_a_tag_that_is_not_ours_is_answered_in_full(
    student_client: Client, student: Student, tag: str
) -> None:
    page = OpenPage(student_client)
    own = page.tag["If-None-Match"]
    assert page.ask(tag=tag).status_code in {200, 204}
    signed_by_another = Signer(key="another key", salt="mdocs.page.version").sign(
        own[3:-1].rpartition(":")[0]
    )
    for forged in (own[:-3] + 'x"', own.replace(".", ".0", 1), f'W/"{signed_by_another}"'):
        assert page.ask(tag=forged).status_code == 200


def test_the_tag_is_of_no_use_in_another_session(
    student_client: Client, student: Student, other_student: Student
) -> None:
    page = OpenPage(student_client)
    elsewhere = Client()
    assert page.ask(client=elsewhere).status_code == 401
    elsewhere.force_login(student.user)
    assert page.ask(client=elsewhere).status_code == 200
    elsewhere.force_login(other_student.user)
    assert page.ask(client=elsewhere).status_code == 204


def test_a_page_of_somebody_who_was_signed_in_here_before_is_opened_anew(
    student_client: Client, other_student: Student
) -> None:
    make_order(other_student, Status.READY)
    page = OpenPage(student_client)
    student_client.force_login(other_student.user)
    answer = page.ask()
    assert (answer["HX-Redirect"], answer.content) == (PAGE, b"")


def test_staff_and_who_does_not_study_have_nothing_to_wait_for(client: Client, db: None) -> None:
    client.force_login(make_user(is_staff=True))
    page = OpenPage(client)
    assert "hx-get" not in page.region
    assert "live.js" not in page.html
    assert page.ask().status_code == 200


PACES: list[tuple[Status | None, dict[str, Any], tuple[str, str]]] = [
    (None, {}, ("60", "300")),
    (Status.WAITING, {}, ("1.5", "60")),
    (Status.PROCESSING, {}, ("1.5", "60")),
    (Status.READY, {}, ("2", "20")),
    (Status.COLLECTED, {}, ("60", "300")),
    (Status.COLLECTED, {"extend_to": timezone.localdate() + 900 * DAY}, ("1.5", "60")),
    (Status.CANCELLING, {}, ("1.5", "60")),
    (Status.REVOKING, {}, ("1.5", "60")),
    (Status.REVOKED, {}, ("60", "300")),
]


@pytest.mark.parametrize(("status", "fields", "pace"), PACES)
def test_the_page_asks_soon_while_something_is_coming_and_rarely_otherwise(
    student_client: Client, student: Student, status: Status | None, fields: Any, pace: tuple[str, str]
) -> None:
    if status is not None:
        make_order(student, status, **fields)
    region = OpenPage(student_client).region
    assert (region["data-first"], region["data-longest"]) == pace


def watched_for(order: Order) -> timedelta:
    order.refresh_from_db()
    return (order.poll_fast_until or timezone.now()) - timezone.now()


@pytest.mark.parametrize("left", [WATCHED / 4, -timedelta(seconds=1)])
def test_while_somebody_has_a_ready_order_before_them_the_engine_is_told_once_in_a_while(
    student_client: Client, student: Student, left: timedelta
) -> None:
    order = make_order(student, Status.READY)
    page = OpenPage(student_client)
    Order.objects.update(poll_fast_until=timezone.now() + left)
    costs = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert page.ask().status_code == 304
        costs.append(len(queries))
        assert watched_for(order) > WATCHED / 2
    assert costs == [2, 1]


def test_a_page_that_was_left_open_keeps_nobody_busy(student_client: Client, student: Student) -> None:
    make_order(student, Status.READY)
    page = OpenPage(student_client)
    for until in (timezone.now() + WATCHED / 4, timezone.now() - timedelta(seconds=1)):
        Order.objects.update(poll_fast_until=until)
        assert page.ask(looks=False).status_code == 304
        assert Order.objects.get().poll_fast_until == until


def test_asking_is_no_look_at_the_codes(student_client: Client, student: Student) -> None:
    order = make_order(student, Status.READY)
    OpenPage(student_client).ask()
    assert not AuditEntry.objects.filter(object_pk=str(order.pk), additional_data={"seen": "codes"}).exists()


def test_an_order_of_many_whose_student_has_the_page_open_overtakes_the_others(
    student_client: Client, student: Student
) -> None:
    page = OpenPage(student_client)
    order = make_order(student, Status.WAITING, low_priority=True)
    assert page.ask().status_code == 200
    order.refresh_from_db()
    assert not order.low_priority


def test_a_step_taken_in_another_window_is_seen_in_this_one(student_client: Client, student: Student) -> None:
    order = make_order(student, Status.COLLECTED)
    page = OpenPage(student_client)
    revoke(order, by=student.user)
    assert "unieważnianie w toku" in page.ask().content.decode()


def test_another_students_order_changes_nothing(student_client: Client, other_student: Student) -> None:
    page = OpenPage(student_client)
    make_order(other_student, Status.READY)
    make_student()
    assert page.ask().status_code == 304
