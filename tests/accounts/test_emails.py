"""E-mails about accounts: each once, to whom it concerns, whatever is wrong with another one of the same batch."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts import emails
from accounts.event_models import EventKind
from accounts.models import AccountEvent
from students.models import User
from tests.notifications.messages.mail_server import MailServer, body
from tests.students.factories import make_user

pytestmark = pytest.mark.django_db

ANNA, BARTEK = "anna@student.example.edu.pl", "bartek@student.example.edu.pl"


@pytest.fixture
def accounts(mail_server: MailServer) -> list[User]:
    users = [make_user(email=address) for address in (ANNA, BARTEK)]
    for user in users:
        due = timezone.now()
        AccountEvent.objects.create(user=user, kind=EventKind.PASSWORD_SET, at=due, email_due_at=due)
    return users


def event_of(user: User) -> AccountEvent:
    return AccountEvent.objects.get(user=user)


def addresses(mail_server: MailServer) -> list[str]:
    return sorted(address for address, _email in mail_server.taken)


def test_each_is_sent_once_with_a_named_sender_and_the_same_in_text_and_html(
    accounts: list[User], mail_server: MailServer
) -> None:
    emails.run()
    emails.run()
    assert addresses(mail_server) == [ANNA, BARTEK]
    _address, sent = mail_server.taken[0]
    assert "mLegitymacja" in sent["From"]
    assert sent["Auto-Submitted"] == "auto-generated"
    for line in filter(None, body(sent).splitlines()):
        assert line == "-- " or line.partition(": https")[0] in body(sent, "html"), line


def test_one_that_cannot_be_written_holds_up_no_other(accounts: list[User], mail_server: MailServer) -> None:
    # As when a newer version, of which this worker knows nothing, has recorded an event.
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what is pending forbids the next
        cursor.execute("ALTER TABLE accounts_accountevent DROP CONSTRAINT account_event_kind_known")
    AccountEvent.objects.filter(user=accounts[0]).update(kind="newer")
    emails.run()
    assert addresses(mail_server) == [BARTEK]
    left = event_of(accounts[0])
    assert left.email_failure == "internal_error"
    assert left.email_due_at is not None
    assert left.email_due_at > timezone.now()


def test_a_slow_server_has_a_batch_end_before_its_lease(
    accounts: list[User], mail_server: MailServer
) -> None:
    now = timezone.now()

    def clock() -> datetime:
        """Return a time that has gone on by a minute at each look: so long does the server take for an e-mail."""
        nonlocal now
        now += timedelta(minutes=1)
        return now

    emails.run(clock)
    assert addresses(mail_server) == [ANNA]
    emails.run(lambda: now + emails.LEASE)
    assert addresses(mail_server) == [ANNA, BARTEK]


def test_one_at_which_the_server_hangs_up_holds_up_no_other(
    accounts: list[User], mail_server: MailServer
) -> None:
    mail_server.answers[ANNA] = "421 4.3.0 closing"
    emails.run()
    emails.run(lambda: timezone.now() + timedelta(minutes=2))
    assert addresses(mail_server) == [BARTEK]
    del mail_server.answers[ANNA]
    emails.run(lambda: timezone.now() + timedelta(hours=1))
    assert addresses(mail_server) == [ANNA, BARTEK]


def test_an_address_that_is_none_holds_up_no_other(accounts: list[User], mail_server: MailServer) -> None:
    User.objects.filter(pk=accounts[0].pk).update(email="anna@example.com\nBcc: everybody@example.com")
    emails.run()
    assert addresses(mail_server) == [BARTEK]
    assert event_of(accounts[0]).email_due_at is None


@pytest.mark.parametrize(
    ("reply", "again"),
    [("550 5.1.1 No such user", False), ("450 4.2.1 Later", True), ("550 5.7.1 No relaying", True)],
)
def test_a_rejection_is_final_only_where_the_address_is_at_fault(
    accounts: list[User], mail_server: MailServer, reply: str, again: bool
) -> None:
    mail_server.answers[ANNA] = reply
    emails.run()
    assert addresses(mail_server) == [BARTEK]
    assert (event_of(accounts[0]).email_due_at is not None) is again
    assert event_of(accounts[0]).email_failure == reply[:3]


def test_a_server_that_is_away_costs_nothing_and_nobody_twice(
    accounts: list[User], mail_server: MailServer
) -> None:
    mail_server.stop()
    emails.run()
    assert {event_of(user).email_attempts for user in accounts} == {1}
    mail_server.start()
    emails.run(lambda: timezone.now() + timedelta(minutes=2))
    assert addresses(mail_server) == [ANNA, BARTEK]
