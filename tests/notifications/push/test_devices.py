"""Devices: subscribing and unsubscribing browsers of a student, at known push services only."""

import re
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_httpserver import HTTPServer

from notifications.push import devices
from notifications.push.models import PushDelivery, Subscription, fingerprint_of
from notifications.push.worker import PushWorker
from students.models import Student
from students.roles import ADMINISTRATOR
from students.user_agents import device_name
from tests.mdocs.page.html import read
from tests.notifications.push.phone import ANDROID, DEVICES, Phone
from tests.students.factories import make_member, make_user

pytestmark = pytest.mark.django_db

SETTINGS = "/dla-studentow/wiadomosci/ustawienia/"
MOVE = f"{DEVICES}nowy-adres/"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 Version/19.1 Safari/604.1"
)
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (ANDROID, "Chrome, Android"),
        (IPHONE, "Safari, iPhone"),
        (EDGE, "Edge, Windows"),
        (FIREFOX, "Firefox, Linux"),
        ("", "?"),
    ],
)
def test_a_device_has_a_name_that_its_owner_knows(user_agent: str, name: str) -> None:
    assert device_name(user_agent) == name


def test_a_device_that_is_turned_on_is_greeted_and_listed(
    student_client: Client, student: Student, phone: Phone
) -> None:
    phone.turn_on(student_client)
    assert PushWorker().run_round() == 1
    (shown,) = phone.shown
    assert shown["title"] == "Powiadomienia są włączone"
    assert shown["path"] == SETTINGS
    page = read(student_client.get(SETTINGS))
    assert "Chrome, Android" in page.main
    assert PushWorker().run_round() == 0


def test_turning_on_again_changes_nothing(student_client: Client, phone: Phone) -> None:
    for _ in range(2):
        phone.turn_on(student_client)
    assert Subscription.objects.count() == PushDelivery.objects.count() == 1


def test_it_is_turned_off_by_its_student_alone(
    client: Client, student: Student, other_student: Student, phone: Phone
) -> None:
    client.force_login(student.user)
    phone.turn_on(client)
    address = f"{DEVICES}{Subscription.objects.get().pk}/wylacz/"
    client.force_login(other_student.user)
    assert "Chrome, Android" not in read(client.get(SETTINGS)).main
    assert "są wyłączone" not in read(client.post(address, follow=True)).main
    assert Subscription.objects.exists()
    client.force_login(student.user)
    page = read(client.post(address, follow=True))
    assert "Powiadomienia na urządzeniu „Chrome, Android” są wyłączone." in page.main
    assert "są wyłączone" not in read(client.post(address, follow=True)).main  # a second press
    assert not Subscription.objects.exists()
    assert PushWorker().run_round() == 0


def test_the_admin_counts_devices_and_what_waits_for_them(
    student_client: Client, client: Client, service: HTTPServer
) -> None:
    for number in range(3):
        Phone(service, f"/push/{number}").turn_on(student_client)
    PushWorker().run_round()
    first = Subscription.objects.earliest("pk")
    PushDelivery.objects.bulk_create(PushDelivery(subscription=first) for _ in range(2))
    client.force_login(make_member(ADMINISTRATOR))
    page = client.get("/admin/notifications/pushservice/").content.decode()
    assert re.findall(r'class="field-(?:devices|waiting)">(\d+)<', page) == ["3", "2"]


def test_a_browser_belongs_to_whoever_turned_it_on_last(
    client: Client, student: Student, other_student: Student, phone: Phone
) -> None:
    """Pending messages of the previous student are not shown to the next."""
    for each in (student, other_student):
        client.force_login(each.user)
        phone.turn_on(client)
    assert Subscription.objects.get().student == other_student
    assert PushWorker().run_round() == 1
    assert len(phone.shown) == 1


def test_the_eleventh_device_takes_the_place_of_the_first(
    student_client: Client, service: HTTPServer
) -> None:
    phones = [Phone(service, f"/push/{number}") for number in range(devices.MAX_DEVICES + 1)]
    for phone in phones:
        phone.turn_on(student_client)
    PushWorker().run_round()
    assert [len(phone.requests) for phone in phones] == [0] + [1] * devices.MAX_DEVICES


@pytest.fixture
def stranger(httpserver: HTTPServer) -> Phone:
    """Return a phone while the push services that the portal knows are those of the usual browsers."""
    return Phone(httpserver)


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://example.edu/push",
        "http://fcm.googleapis.com/push",
        "https://fcm.googleapis.com:8443/push",
        "https://fcm.googleapis.com.example.edu/push",
        "https://somebody@fcm.googleapis.com/push",
        "https://example.edu/.push.apple.com",
        "https://example.edu#.push.apple.com",
        "https://example.edu\\.push.apple.com/",
        "https://127.0.0.1/push",
        "https://[::1/push",
        "https://[::1]/push",
        "https://[::1%.push.apple.com]/push",
        "https://[::1%25x.push.apple.com]/push",
        "https://example.edu%2f.push.apple.com/push",
        "https://example.edu .push.apple.com/push",
        "https://..push.apple.com/push",
        f"https://{'a' * 64}.push.apple.com/push",
        "https://push.apple.com.example.edu/push",
        "file:///etc/passwd",
        "nothing",
        "",
    ],
)
def test_no_other_server_can_be_had_called(student_client: Client, stranger: Phone, endpoint: str) -> None:
    answer = student_client.post(DEVICES, stranger.subscription | {"endpoint": endpoint})
    assert answer.status_code == 400
    assert answer.json()["problem"]
    assert not Subscription.objects.exists()


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc",
        "https://updates.push.services.mozilla.com/wpush/v2/abc",
        "https://web.push.apple.com/abc",
        "https://wns2-par02p.notify.windows.com/w/?token=abc",
    ],
)
def test_the_push_services_of_the_usual_browsers_are_known(
    student_client: Client, stranger: Phone, endpoint: str
) -> None:
    assert student_client.post(DEVICES, stranger.subscription | {"endpoint": endpoint}).status_code == 204


@pytest.mark.parametrize(
    "wrong", [{"p256dh": "BAAA"}, {"p256dh": "B" * 87}, {"p256dh": "ż"}, {"auth": "AAAA"}, {"auth": ""}]
)
def test_keys_with_which_nothing_could_be_encrypted_are_refused(
    student_client: Client, phone: Phone, wrong: dict[str, str]
) -> None:
    answer = student_client.post(DEVICES, phone.subscription | wrong)
    assert (answer.status_code, bool(answer.json()["problem"])) == (400, True)
    assert not Subscription.objects.exists()


def test_who_is_no_student_cannot_subscribe(client: Client, phone: Phone) -> None:
    client.force_login(make_user())
    assert client.post(DEVICES, phone.subscription).status_code == 409
    assert not Subscription.objects.exists()


def test_without_a_key_of_the_portal_nothing_is_offered(
    student_client: Client, phone: Phone, settings: Any
) -> None:
    settings.PUSH_KEY = ""
    page = read(student_client.get(SETTINGS))
    assert "Powiadomienia na ekranie" not in page.main
    assert {box.attrs["name"] for box in page.all("input", type="checkbox")} == {"email"}
    assert student_client.post(DEVICES, phone.subscription).status_code == 409


def test_a_browser_that_got_another_address_is_followed(
    client: Client, student: Student, phone: Phone, service: HTTPServer
) -> None:
    client.force_login(student.user)
    phone.turn_on(client)
    now = Phone(service, "/push/b")
    moved = now.subscription | {"old_endpoint": phone.endpoint}
    anybody = Client(enforce_csrf_checks=True)
    assert anybody.post(MOVE, moved).status_code == 204
    assert PushWorker().run_round() == 1
    assert (len(phone.requests), len(now.shown)) == (0, 1)
    assert anybody.post(MOVE, moved).status_code == 404  # the old one is nobody's now


def test_a_browser_that_moves_stays_bound_to_the_key_it_knows(
    student_client: Client, phone: Phone, service: HTTPServer, settings: Any
) -> None:
    phone.turn_on(student_client)
    key = Subscription.objects.get().key
    settings.PUSH_KEY = "k" * 43
    now = Phone(service, "/push/b")
    assert Client().post(MOVE, now.subscription | {"old_endpoint": phone.endpoint}).status_code == 204
    assert Subscription.objects.get().key == key


def test_a_browser_that_is_bound_anew_is_listed_once(
    student_client: Client, phone: Phone, service: HTTPServer
) -> None:
    phone.turn_on(student_client)
    now = Phone(service, "/push/b")
    assert (
        student_client.post(DEVICES, now.subscription | {"old_endpoint": phone.endpoint}).status_code == 204
    )
    assert Subscription.objects.get().fingerprint == fingerprint_of(now.endpoint)


def test_who_does_not_know_the_old_address_moves_nothing(
    student_client: Client, phone: Phone, service: HTTPServer
) -> None:
    phone.turn_on(student_client)
    moved = Phone(service, "/push/b").subscription
    fingerprint = Subscription.objects.get().fingerprint
    for guess in (fingerprint, f"{phone.endpoint}x", ""):
        assert Client().post(MOVE, moved | {"old_endpoint": guess}).status_code in {400, 404}
    assert (
        Client()
        .post(MOVE, moved | {"old_endpoint": phone.endpoint, "endpoint": "https://example.edu/"})
        .status_code
        == 400
    )
    assert Subscription.objects.get().fingerprint == fingerprint


def test_the_database_and_the_log_hold_no_address_in_the_open(
    student_client: Client, student: Student, phone: Phone
) -> None:
    phone.turn_on(student_client)
    secrets = set(phone.subscription.values())
    with connection.cursor() as cursor:
        cursor.execute("SELECT s::text FROM notifications_subscription s")
        (row,) = cursor.fetchone()
    entries = LogEntry.objects.filter(content_type__model="subscription")
    logged = "".join(str(entry.changes) for entry in entries)
    assert [secret for secret in secrets if secret in row or secret in logged] == []
    assert "Chrome, Android" in logged
    student_client.post(f"{DEVICES}{Subscription.objects.get().pk}/wylacz/")
    assert list(entries.order_by("pk").values_list("actor", flat=True)) == [student.user_id] * 2


def test_the_settings_cost_as_many_queries_with_ten_devices_as_with_one(
    student_client: Client, service: HTTPServer
) -> None:
    def cost(count: int) -> int:
        for number in range(count):
            Phone(service, f"/push/{count}/{number}").turn_on(student_client)
        with CaptureQueriesContext(connection) as queries:
            student_client.get(SETTINGS)
        return len(queries)

    assert cost(1) == cost(devices.MAX_DEVICES) <= 6
