"""What opens an account is nowhere in the open: not in the database, Redis with Celery's messages, the log, the mail.

The journey goes through every door: invitation, password, second factor, recovery code, forgotten password, token; that
of the university's is in `tests.accounts.university`.
"""

import base64
import logging
import re
import zlib
from contextlib import suppress
from typing import Any

import pytest
import redis
from django.core import signing
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.core.signing import b64_decode
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Session
from students.models import Student
from tests.accounts.inbox import deliver, link_in
from tests.accounts.test_passwords import NEW, invite, set_by
from tests.accounts.test_second_factor import APP, code_of

pytestmark = pytest.mark.django_db
LATER = "fioletowa-hulajnoga-2031"


def database() -> str:
    """Everything that a dump would hold."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        dump = []
        for table in tables:
            cursor.execute(f'SELECT to_jsonb(each)::text FROM "{table}" each')  # noqa: S608  # from the catalogue
            dump += [row for (row,) in cursor.fetchall()]
    return "\n".join(dump)


def in_redis(settings: Any) -> str:
    """Everything that Redis holds, the bodies of Celery's messages as they were before they were packed."""
    with redis.Redis.from_url(settings.REDIS_URL) as store:
        found: list[bytes] = []
        for key in store.scan_iter("*"):
            found.append(key)
            match store.type(key):
                case b"string":
                    found.append(store.get(key) or b"")
                case b"list":
                    found += store.lrange(key, 0, -1)
                case b"hash":
                    found += [part for pair in store.hgetall(key).items() for part in pair]
                case b"set" | b"zset" as kind:
                    found += store.smembers(key) if kind == b"set" else store.zrange(key, 0, -1)
    bodies = [each for text in found for each in re.findall(rb'"body": "([A-Za-z0-9+/=]+)"', text)]
    return b"\n".join([*found, *map(base64.b64decode, bodies)]).decode(errors="replace")


def in_sessions() -> str:
    """What is kept in sessions: signed only, as Django does by itself, a dump would say it."""
    found = []
    for data in Session.objects.values_list("session_data", flat=True):
        payload = data.rsplit(":", 2)[0]
        with suppress(ValueError, zlib.error):
            packed = b64_decode(payload.removeprefix(".").encode())
            found.append(
                (zlib.decompress(packed) if payload.startswith(".") else packed).decode(errors="replace")
            )
    return "\n".join(found)


@pytest.mark.django_db(transaction=True)
def test_nothing_that_opens_an_account_lies_in_the_open(
    student: Student, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    cache.clear()
    student.user.email = "anna@student.example.edu.pl"
    student.user.save()
    places: dict[str, list[str]] = {"the database": [], "Redis": [], "the mail": []}

    def look() -> None:
        """Take a dump of everything, which an attacker may have done at any moment."""
        places["the database"] += [database(), in_sessions()]
        places["Redis"].append(in_redis(settings))

    def mailed() -> list[EmailMessage]:
        messages = deliver()
        places["the mail"] += [re.sub(r"https?://\S+", "", str(message.body)) for message in messages]
        return messages

    browser = Client()
    invitation = invite(student)
    secrets = {"the invitation": invitation.rstrip("/").rpartition("/")[2], "the password": NEW}
    Client().get(invitation, follow=True)
    look()
    set_by(invitation, client=browser)
    secrets["the session"] = browser.cookies["sessionid"].value
    secrets["the device"] = browser.cookies["device"].value
    secrets["the key of the app"] = browser.get(APP).context["form"].secret
    look()
    page = browser.post(APP, {"code": code_of(secrets["the key of the app"])}, follow=True)
    codes = page.context["unused_codes"]
    secrets |= {f"recovery code {number}": code for number, code in enumerate(codes)}
    form = {"name": "skrypt", "scopes": ["codes"], "days": "30"}
    secrets["a token"] = browser.post("/dla-studentow/tokeny/", form).context["key"]
    browser.post("/wylogowanie/")
    Client().post("/haslo/", {"login": student.user.username})
    look()
    reset = next(link_in(message) for message in mailed() if "/haslo/nowe/" in str(message.body))
    secrets["the link"] = reset.rstrip("/").rpartition("/")[2]
    Client().get(reset, follow=True)
    look()
    set_by(reset, LATER)
    secrets["the later password"] = LATER
    mailed()
    look()
    assert all(len(secret) >= 6 for secret in secrets.values()), secrets
    assert "accounts.send_emails" in places["Redis"][-1], "Celery has been told of the e-mails"
    places["the log"] = [caplog.text]
    found = [
        (what, where)
        for what, secret in secrets.items()
        for where, texts in places.items()
        if any(secret in text for text in texts)
    ]
    assert found == []


def test_the_search_finds_what_is_there(student: Student, settings: Any) -> None:
    signed = signing.dumps({"key": "in-a-session"}, compress=True)
    Session.objects.create(session_key="x", session_data=signed, expire_date=timezone.now())
    assert "in-a-session" in in_sessions()
    assert student.last_name in database()
    with redis.Redis.from_url(settings.REDIS_URL) as store:
        store.set("tests:found", "here-it-is", ex=5)
        assert "here-it-is" in in_redis(settings)
