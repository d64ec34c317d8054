"""What is done too often has to wait, through every door; somebody else does not."""

from collections.abc import Callable
from typing import Any

import pytest
import redis
from django.test import Client
from django.urls import reverse

from mdocs.models import Order
from mdocs.statuses import Status
from students.models import Student
from students.roles import ADMINISTRATOR
from tests.api.caller import Caller, make_token
from tests.mdocs.factories import make_order
from tests.students.factories import make_member
from tests.usos_api.phone import Phone, let_in
from usos_api.models import Consumer
from usos_api.scopes import SCOPES

pytestmark = pytest.mark.django_db
MOST, WINDOW = 2, 600
Attempt = Callable[[], Any]


@pytest.fixture(autouse=True)
def _two_of_each(settings: Any) -> None:
    settings.RATE_LIMITS = dict.fromkeys(settings.RATE_LIMITS, (MOST, WINDOW))
    with redis.Redis.from_url(settings.REDIS_URL) as store:
        for key in store.scan_iter("limit:*"):
            store.delete(key)


def phone_of(student: Student) -> Phone:
    consumer = Consumer.objects.create(name="mUSOS", email="a@example.edu", scopes=sorted(SCOPES))
    return let_in(consumer, student.user, *SCOPES)


def browser_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def ready(student: Student) -> Order:
    return make_order(student, Status.READY)


def doors(student: Student) -> dict[str, dict[str, Attempt]]:
    """Return what can be done too often, by the limit and the door."""
    script, browser, phone = Caller(make_token(student.user)), browser_of(student.user), phone_of(student)
    admin = make_member(ADMINISTRATOR)
    office, staff_script = browser_of(admin), Caller(make_token(admin))
    order = ready(student)
    pesel = student.pesel or ""
    return {
        "orders": {
            "page": lambda: browser.post(reverse("mdocs:place")),
            "again": lambda: browser.post(reverse("mdocs:order_again", args=[order.pk])),
            "script": lambda: script.post("me/orders"),
            "phone": lambda: phone.call("services/cards/make_mcard_order", "POST"),
        },
        "codes": {
            "page": lambda: browser.get(reverse("mdocs:codes", args=[order.pk])),
            "picture": lambda: browser.get(reverse("mdocs:qr_code_png", args=[order.pk])),
            "script": lambda: script.get(f"me/orders/{order.pk}/codes"),
            "phone": lambda: phone.call("services/cards/mcard_order", order_id=str(order.pk), fields="token"),
        },
        "pesel_searches": {
            "list": lambda: office.post("/admin/students/student/search/", {"q": pesel}),
            "box": lambda: office.post("/admin/search/", {"q": pesel}),
            "script": lambda: staff_script.post("students/search", {"pesel": pesel}),
        },
        "data_copies": {"page": lambda: browser.post(reverse("students:data_copy"))},
        "services": {
            "signed": lambda: phone.call("services/users/user"),
            "by nobody": lambda: Client().get("/services/apisrv/now"),
        },
    }


DOORS = [
    ("orders", "page"),
    ("orders", "again"),
    ("orders", "script"),
    ("orders", "phone"),
    ("codes", "page"),
    ("codes", "picture"),
    ("codes", "script"),
    ("codes", "phone"),
    ("pesel_searches", "list"),
    ("pesel_searches", "box"),
    ("pesel_searches", "script"),
    ("data_copies", "page"),
    ("services", "signed"),
    ("services", "by nobody"),
]


def status_of(answer: Any) -> int:
    return int(getattr(answer, "status_code", 0) or answer.status)


def test_every_limit_has_a_door(settings: Any, student: Student) -> None:
    assert {kind for kind, _door in DOORS} == set(settings.RATE_LIMITS)
    assert [(kind, door) for kind, found in doors(student).items() for door in found] == DOORS


@pytest.mark.parametrize(("kind", "door"), DOORS)
def test_what_is_done_too_often_has_to_wait(
    student: Student, other_student: Student, kind: str, door: str
) -> None:
    attempt = doors(student)[kind][door]
    assert 429 not in [status_of(attempt()) for _ in range(MOST)]
    refused = attempt()
    assert status_of(refused) == 429
    assert 0 < int(refused.headers["Retry-After"]) <= WINDOW
    if door == "script":
        assert refused.json()["code"] == "throttled"
    elif door in ("phone", "signed"):
        assert "user_messages" in refused.json
    if (kind, door) not in {("pesel_searches", "list"), ("services", "by nobody")}:
        assert status_of(doors(other_student)[kind][door]()) != 429


def test_nobody_waits_while_redis_is_away(settings: Any, student: Student) -> None:
    attempts = doors(student)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    found = {
        (kind, door): {status_of(attempts[kind][door]()) for _ in range(MOST + 2)}
        for kind, door in [("codes", "page"), ("codes", "script"), ("pesel_searches", "box")]
    }
    assert all(429 not in statuses for statuses in found.values()), found
