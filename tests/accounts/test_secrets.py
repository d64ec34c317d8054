"""What opens an account is nowhere in the open: neither in the database, nor in Redis, nor in the log.

The journey goes through every door: invitation, password, second factor, recovery code, forgotten password, token.
"""

import logging
from typing import Any

import pytest
import redis
from django.core.cache import cache
from django.db import connection
from django.test import Client

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
    with redis.Redis.from_url(settings.REDIS_URL) as store:
        found = []
        for key in store.scan_iter("*"):
            found.append(key)
            match store.type(key):
                case b"string":
                    found.append(store.get(key) or b"")
                case b"list":
                    found += store.lrange(key, 0, -1)
    return b"\n".join(found).decode(errors="replace")


def test_nothing_that_opens_an_account_lies_in_the_open(
    student: Student, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    cache.clear()
    student.user.email = "anna@student.example.edu.pl"
    student.user.save()
    browser = Client()
    invitation = invite(student)
    set_by(invitation, client=browser)
    secrets = {"the invitation": invitation.rstrip("/").rpartition("/")[2], "the password": NEW}
    secrets["the session"] = browser.cookies["sessionid"].value
    secrets["the device"] = browser.cookies["device"].value
    secrets["the key of the app"] = browser.get(APP).context["form"].secret
    page = browser.post(APP, {"code": code_of(secrets["the key of the app"])}, follow=True)
    codes = page.context["unused_codes"]
    secrets |= {f"recovery code {number}": code for number, code in enumerate(codes)}
    form = {"name": "skrypt", "scopes": ["codes"], "days": "30"}
    secrets["a token"] = browser.post("/dla-studentow/tokeny/", form).context["key"]
    browser.post("/wylogowanie/")
    Client().post("/haslo/", {"login": student.user.username})
    reset = next(link_in(message) for message in deliver() if "/haslo/nowe/" in str(message.body))
    secrets["the link"] = reset.rstrip("/").rpartition("/")[2]
    set_by(reset, LATER)
    secrets["the later password"] = LATER
    assert all(len(secret) >= 6 for secret in secrets.values()), secrets
    places = {"the database": database(), "Redis": in_redis(settings), "the log": caplog.text}
    found = [
        (what, where) for what, secret in secrets.items() for where, text in places.items() if secret in text
    ]
    assert found == []


def test_the_search_finds_what_is_there(student: Student, settings: Any) -> None:
    assert student.last_name in database()
    with redis.Redis.from_url(settings.REDIS_URL) as store:
        store.set("tests:found", "here-it-is", ex=5)
        assert "here-it-is" in in_redis(settings)
