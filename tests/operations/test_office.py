"""The front page and the technician's page: alarms in words, who sees them, and Widziałem."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from operations import watch
from operations.models import Alarm, AlarmSubscription, Sign
from students.models import User
from students.roles import ADMINISTRATOR, CLERK
from tests.operations.signs import make_well
from tests.students.factories import make_member

PAGE = "/admin/operations/technician/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator() -> User:
    return make_member(ADMINISTRATOR)


@pytest.fixture
def alarm() -> Alarm:
    """An alarm: the queue `send` has no worker."""
    make_well()
    Sign.objects.filter(queue="send").delete()
    watch.look()
    return Alarm.objects.get(subject="send")


def test_an_alarm_stands_on_the_front_page_of_who_may_see_it(
    client: Client, administrator: User, alarm: Alarm
) -> None:
    client.force_login(administrator)
    shown = client.get("/admin/").content.decode()
    assert "Kolejki „send” nie obsługuje żaden worker." in shown
    assert "Uruchom workera tej kolejki" in shown and "workers: not seen" in shown
    other = Client()
    other.force_login(make_member(CLERK))
    assert "orker" not in other.get("/admin/").content.decode()


def test_widzialem_is_noted_once(client: Client, administrator: User, alarm: Alarm) -> None:
    client.force_login(administrator)
    assert client.post(PAGE, {"action": "seen", "alarm": alarm.pk, "back": "index"})["Location"] == "/admin/"
    alarm.refresh_from_db()
    first = alarm.seen_at
    assert alarm.seen_by == administrator and first is not None
    second = Client()
    second.force_login(make_member(ADMINISTRATOR))
    second.post(PAGE, {"action": "seen", "alarm": alarm.pk})
    alarm.refresh_from_db()
    assert (alarm.seen_by, alarm.seen_at) == (administrator, first)
    assert "Widziałem" not in client.get("/admin/").content.decode()


def test_the_list_keeps_what_is_gone(client: Client, administrator: User, alarm: Alarm) -> None:
    Alarm.objects.update(gone_at=timezone.now() + timedelta(minutes=1))
    client.force_login(administrator)
    assert "Kolejki „send”" in client.get("/admin/operations/alarm/").content.decode()
    assert "Kolejki „send”" not in client.get("/admin/operations/alarm/?open=yes").content.decode()
    assert "Kolejki „send”" not in client.get("/admin/").content.decode()


def test_the_technicians_page_shows_queues_processes_and_versions(
    client: Client, administrator: User, alarm: Alarm
) -> None:
    client.force_login(administrator)
    page = client.get(PAGE).content.decode()
    for shown in (
        "worker-poll@one",
        "beat@one",
        "webhooks",
        "PostgreSQL: ",
        "Django: ",
        "Przerwa techniczna",
    ):
        assert shown in page


def test_mails_about_alarms_are_a_setting_of_ones_own(client: Client, administrator: User) -> None:
    client.force_login(administrator)
    client.post(PAGE, {"action": "mail_on"})
    assert AlarmSubscription.objects.get().user == administrator
    client.post(PAGE, {"action": "mail_off"})
    assert not AlarmSubscription.objects.exists()


def test_who_may_not_see_alarms_gets_nothing(client: Client) -> None:
    client.force_login(make_member(CLERK))
    assert client.get(PAGE).status_code == client.post(PAGE, {"action": "mail_on"}).status_code == 403
