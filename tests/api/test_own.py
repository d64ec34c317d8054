"""What a student's own script can do: the same as the student on the page."""

import uuid
from datetime import timedelta

import pytest
from auditlog.models import LogEntry
from django.test import Client
from django.utils import timezone

from api.scopes import TokenScope
from mdocs.models import Order
from mdocs.statuses import CANCELLABLE, REVOCABLE, Status
from students.conditions import RULES
from students.models import Student, User
from tests.api.caller import Caller, make_token
from tests.mdocs.factories import make_order
from tests.students.factories import make_user

STUDENTS_PAGE = "/dla-studentow/moje-studia/mlegitymacja/"


def test_who_meets_every_condition_may_order(script: Caller) -> None:
    told = script.get("me/eligibility").json()
    assert told["may_order"] is True
    assert [each["state"] for each in told["conditions"]] == ["met"] * len(RULES["els"])


def test_a_condition_that_is_not_met_says_what_to_do_and_who_helps(script: Caller, student: Student) -> None:
    student.cards.all().delete()
    told = script.get("me/eligibility").json()
    states = {each["code"]: each["state"] for each in told["conditions"]}
    assert (states["has_card"], states["card_extended"]) == ("not_met", "depends")
    lacking = next(each for each in told["conditions"] if each["code"] == "has_card")
    assert lacking["remedy"] and lacking["helper"]
    refused = script.post("me/orders")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_eligible")
    assert "eligibility" in refused.json()["detail"], "says where to read why, and speaks of no page"
    assert refused.json()["eligibility"]["may_order"] is False
    assert not Order.objects.exists()


def test_an_order_is_on_the_page_at_once(script: Caller, student: Student) -> None:
    made = script.post("me/orders")
    assert made.status_code == 201
    assert made.json()["can"] == ["cancel"]
    browser = Client()
    browser.force_login(student.user)
    assert "Anuluj zamówienie" in browser.get(STUDENTS_PAGE).content.decode()
    assert script.get("me/order").json()["id"] == made.json()["id"]


def test_there_is_no_second_order_beside_a_live_one(script: Caller) -> None:
    first = script.post("me/orders").json()
    again = script.post("me/orders")
    assert (again.status_code, again.json()["code"], again.json()["order"]) == (
        409,
        "already_ordered",
        first["id"],
    )
    assert Order.objects.count() == 1


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("verb", ["cancel", "revoke", "order-again"])
def test_a_verb_works_where_the_state_allows_it(
    script: Caller, student: Student, status: Status, verb: str
) -> None:
    order = make_order(student, status)
    allowed = status in (CANCELLABLE if verb == "cancel" else REVOCABLE)
    assert (verb in script.get(f"me/orders/{order.pk}").json()["can"]) is allowed
    answer = script.post(f"me/orders/{order.pk}/{verb}")
    order.refresh_from_db()
    if allowed:
        assert answer.status_code == 200, answer.content
        assert answer.json()["status"] == order.status != status
    else:
        assert (answer.status_code, answer.json()["code"]) == (409, "not_allowed")
        assert answer.json()["order_status"] == order.status == status
        assert answer.json()["detail"]


def test_the_codes_are_shown_for_their_own_scope_and_the_look_is_logged(student: Student) -> None:
    order = make_order(student, Status.READY)
    without = Caller(make_token(student.user, TokenScope.READ_ME, TokenScope.ORDER))
    refused = without.get(f"me/orders/{order.pk}/codes")
    assert (refused.status_code, refused.json()["scope"]) == (403, "codes")
    assert not LogEntry.objects.get_for_object(order).exists()
    caller = Caller(make_token(student.user, TokenScope.CODES))
    for _ in range(2):
        answer = caller.get(f"me/orders/{order.pk}/codes")
        assert answer.json()["activation_code"] == order.activation_code
        assert "no-store" in answer["Cache-Control"] and "ETag" not in answer
    looks = LogEntry.objects.get_for_object(order)
    assert [look.actor for look in looks] == [student.user]


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.READY}))
def test_there_are_no_codes_unless_the_order_is_ready(
    script: Caller, student: Student, status: Status
) -> None:
    order = make_order(student, status)
    answer = script.get(f"me/orders/{order.pk}/codes")
    assert (answer.status_code, answer.json()["code"]) == (409, "no_codes")


def test_codes_whose_time_is_over_are_not_handed_out(script: Caller, student: Student) -> None:
    order = make_order(student, Status.READY, codes_expire_at=timezone.now() - timedelta(seconds=1))
    assert script.get(f"me/orders/{order.pk}/codes").status_code == 409


@pytest.mark.parametrize("address", ["", "/codes", "/cancel", "/revoke", "/order-again"])
def test_somebody_elses_order_does_not_exist(stranger: Caller, student: Student, address: str) -> None:
    order = make_order(student, Status.READY)
    call = stranger.get if address in ("", "/codes") else stranger.post
    theirs, nobodys = call(f"me/orders/{order.pk}{address}"), call(f"me/orders/{uuid.uuid4()}{address}")
    for answer in (theirs, nobodys):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    order.refresh_from_db()
    assert order.status == Status.READY


def test_the_life_of_an_order_is_told_without_naming_staff(script: Caller, student: Student) -> None:
    order = script.post("me/orders").json()
    script.post(f"me/orders/{order['id']}/cancel")
    events = script.get(f"me/orders/{order['id']}").json()["events"]
    assert {each["at"][-6:] for each in events} == {order["created_at"][-6:]}, "all in local time"
    assert [(each["old"], each["new"], each["who"]) for each in events] == [
        (None, "waiting", "Ty"),
        ("waiting", "cancelled", "Ty"),
    ]


def test_orders_come_by_the_page_each_once(script: Caller, student: Student) -> None:
    moment = timezone.now()
    made = [
        make_order(student, Status.CANCELLED, created_at=moment - timedelta(days=days // 2))
        for days in range(7)
    ]
    seen, address = [], "me/orders?limit=2"
    while address:
        page = script.get(address).json()
        seen += [each["id"] for each in page["items"]]
        address = page["next"]
    assert sorted(seen) == sorted(str(order.pk) for order in made)
    assert len(seen) == 7


def test_own_cards_are_listed(script: Caller, student: Student) -> None:
    (card,) = script.get("me/cards").json()
    assert card["barcode_number"] == student.cards.get().barcode_number
    assert set(card) & {"holder_pesel", "student"} == set()


def test_who_is_no_student_is_told_so(db: None) -> None:
    caller = Caller(make_token(make_user()))
    assert caller.get("me/eligibility").json()["code"] == "not_a_student"
    assert caller.post("me/orders").json()["code"] == "not_a_student"
    assert caller.get("me/order").json()["code"] == "no_order"


def test_a_browser_comes_with_its_session_and_proves_where_the_call_is_from(student: Student) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(student.user)
    assert browser.get("/api/v1/me/eligibility").status_code == 200
    refused = browser.post("/api/v1/me/orders")
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf")
    browser.get(STUDENTS_PAGE)
    proof = browser.cookies["csrftoken"].value
    assert browser.generic("POST", "/api/v1/me/orders", headers={"X-CSRFToken": proof}).status_code == 201


def test_what_a_script_does_is_logged_as_its_users(
    script: Caller, student: Student, django_user_model: type[User]
) -> None:
    script.client.force_login(make_user())  # whoever is signed in in the same browser
    order = Order.objects.get(pk=script.post("me/orders").json()["id"])
    assert [entry.actor for entry in LogEntry.objects.get_for_object(order)] == [student.user]
