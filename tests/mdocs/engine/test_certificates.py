"""A certificate that ends, or does not serve, is told in time: by mail once a step, in health and by an alarm."""

from datetime import datetime, timedelta
from pathlib import Path
from smtplib import SMTPException
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from mdocs.engine import certificates
from mdocs.models import CertificateWarning
from operations import watch
from operations.alarm_kinds import Kind
from operations.models import Alarm, AlarmSubscription
from script.lib.authority import Authority
from students.roles import ADMINISTRATOR
from tests.students.factories import make_member

pytestmark = pytest.mark.django_db

NOW = timezone.now()  # of the collection: certificates are valid from before it
END = 40  # days from now


@pytest.fixture(autouse=True)
def ministry(tmp_path: Path, settings: Any) -> Authority:
    """Have a certificate that ends in 40 days, and a CA that lasts longer."""
    authority = Authority.new(tmp_path / "ministry", last_day=400)
    settings.ADMINS = [("", "it@example.edu")]
    settings.MDOKUMENTY_CA = authority.ca
    use(settings, authority.issue("portal", last_day=END))
    return authority


def use(settings: Any, pair: tuple[str, str]) -> None:
    settings.MDOKUMENTY_CERTIFICATE, settings.MDOKUMENTY_KEY = pair


def days_before_the_end(days: float) -> datetime:
    return NOW + timedelta(days=END - days)


def test_administrators_are_mailed_once_at_each_step_before_the_end() -> None:
    told = []
    for hour in range(24 * 50):
        now = NOW + timedelta(hours=hour)
        if certificates.warn(now) and now < days_before_the_end(0):
            told.append((END - hour // 24, mail.outbox[-1].subject))
    assert [days for days, _ in told] == [30, 14, 7, 1]
    assert "MDOKUMENTY_CERTIFICATE" in told[0][1]
    assert "30 dni" in told[0][1]
    assert "Poproś ministerstwo o następny" in str(mail.outbox[0].body)


def test_once_it_has_ended_they_are_mailed_every_day() -> None:
    for hour in range(72):
        certificates.warn(days_before_the_end(-1) + timedelta(hours=hour))
    assert 3 <= len(mail.outbox) <= 4
    assert "stracił ważność" in mail.outbox[0].subject


def test_a_new_certificate_has_warnings_of_its_own(ministry: Authority, settings: Any) -> None:
    assert certificates.warn(days_before_the_end(6)) == 1
    use(settings, ministry.issue("new", last_day=END + 5))
    assert certificates.warn(days_before_the_end(1.5)) == 1
    assert certificates.warn(days_before_the_end(1.5)) == 0


def test_a_mail_that_could_not_be_sent_is_sent_the_next_time(settings: Any, monkeypatch: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens there
    with pytest.raises((OSError, SMTPException)):
        certificates.warn(days_before_the_end(20))
    assert not CertificateWarning.objects.exists()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert certificates.warn(days_before_the_end(20)) == 1


@pytest.mark.parametrize(
    ("days", "says"),
    [(31, "ok"), (29.5, "ends in 30 days"), (0.5, "ends in 1 days"), (-0.5, "expired")],
)
def test_health_says_so(days: float, says: str) -> None:
    assert certificates.health(days_before_the_end(days)) == says


def test_a_ca_that_ends_is_named_as_such(tmp_path: Path, settings: Any) -> None:
    settings.MDOKUMENTY_CA = Authority.new(tmp_path / "short", last_day=3).ca
    certificates.warn(NOW)
    assert "MDOKUMENTY_CA" in mail.outbox[0].subject


def test_without_a_certificate_there_is_nothing_to_say(settings: Any) -> None:
    use(settings, ("", ""))
    settings.MDOKUMENTY_CA = ""
    assert (certificates.warn(NOW), certificates.health(NOW)) == (0, "ok")


def test_it_is_an_alarm(ministry: Authority, settings: Any) -> None:
    watch.run()
    assert not Alarm.objects.filter(kind=Kind.CERTIFICATE).exists()
    use(settings, ministry.issue("short", last_day=5))
    watch.run()
    alarm = Alarm.objects.get(kind=Kind.CERTIFICATE)
    assert alarm.status == "ends soon"
    assert "kończy się za" in alarm.facts["what"]


def test_administrators_who_want_alarms_too_are_mailed_once(ministry: Authority, settings: Any) -> None:
    for name in ("it", "technician"):
        user = make_member(ADMINISTRATOR)
        user.email = f"{name}@example.edu"
        user.save()
        AlarmSubscription.objects.create(user=user)
    use(settings, ministry.issue("short", last_day=5))
    certificates.warn(timezone.now())
    watch.run()
    told = [message.to for message in mail.outbox if "kończy się za" in str(message.body)]
    assert told == [["it@example.edu"], ["technician@example.edu"]]
