"""The front page and the technician's page: alarms in words, who sees them, and Widziałem."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from django.test import Client
from django.utils import timezone

from mdocs.models import Breaker
from mdocs.querysets import Lane
from operations import watch
from operations.models import Alarm, AlarmSubscription, Sign
from script.lib.authority import Authority
from students.models import User
from students.roles import ADMINISTRATOR, CLERK
from tests.mdocs.page.html import read
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
    watch.run()
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
    client: Client, administrator: User, alarm: Alarm, settings: Any
) -> None:
    client.force_login(administrator)
    page = client.get(PAGE).content.decode()
    for shown in (
        "worker-poll@one",
        "beat@one",
        "webhooks",
        "PostgreSQL: ",
        f"Redis: {redis.Redis.from_url(settings.REDIS_URL).info('server')['redis_version']}",
        "Django: ",
        "Przerwa techniczna",
    ):
        assert shown in page


@pytest.mark.parametrize(
    ("last_day", "shown"),
    [
        (100, "Certyfikat dla mDokumentów: ważny do: "),
        (5, "Certyfikat dla mDokumentów: certyfikat (MDOKUMENTY_CERTIFICATE) kończy się za "),
        (None, "Certyfikat dla mDokumentów: nie ustawiono żadnego"),
    ],
)
def test_the_technicians_page_shows_how_mdokumenty_and_its_certificate_stand(
    client: Client, administrator: User, settings: Any, tmp_path: Path, last_day: int | None, shown: str
) -> None:
    if last_day is not None:
        issued = Authority.new(tmp_path / "authority").issue("portal", last_day=last_day)
        settings.MDOKUMENTY_CERTIFICATE, settings.MDOKUMENTY_KEY = issued
    Breaker.objects.filter(lane=Lane.SEND).update(
        state=Breaker.State.NOT_ACCEPTED,
        cause=Breaker.Cause.UNAUTHORISED,
        next_probe_at=timezone.now() + timedelta(minutes=1),
    )
    client.force_login(administrator)
    page = read(client.get(PAGE)).main
    assert shown in page
    if last_day is not None:
        assert re.search(r"\(dni: (99|100)\)|kończy się za [45] dni", page)
    assert "wysyłanie" in page and "mDokumenty nie uznają naszego certyfikatu (401)" in page


def test_mails_about_alarms_are_a_setting_of_ones_own(client: Client, administrator: User) -> None:
    client.force_login(administrator)
    client.post(PAGE, {"action": "mail_on"})
    assert AlarmSubscription.objects.get().user == administrator
    client.post(PAGE, {"action": "mail_off"})
    assert not AlarmSubscription.objects.exists()


def test_who_may_not_see_alarms_gets_nothing(client: Client) -> None:
    client.force_login(make_member(CLERK))
    assert client.get(PAGE).status_code == client.post(PAGE, {"action": "mail_on"}).status_code == 403
