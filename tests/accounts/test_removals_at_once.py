"""Two removals of second factors at the same moment leave an account of staff with one."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db import connection, connections, transaction
from django.test import Client

from students.models import User
from tests.accounts.recently import signed_in
from tests.accounts.test_second_factor import APP, with_app
from tests.students.factories import make_clerk
from tests.waiting import wait_until

PASSKEYS = "/konto/drugi-skladnik/klucze/"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _required(settings: Any) -> None:
    settings.SECOND_FACTOR = "staff"
    cache.clear()


def with_passkey(user: User) -> Authenticator:
    return Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data={"name": "Klucz"})


def of_app_and_passkey(user: User) -> list[str]:
    with_app(user)
    return [f"{APP}usun/", f"{PASSKEYS}{with_passkey(user).pk}/usun/"]


def of_two_passkeys(user: User) -> list[str]:
    return [f"{PASSKEYS}{with_passkey(user).pk}/usun/" for _ in range(2)]


@pytest.mark.parametrize("factors", [of_app_and_passkey, of_two_passkeys])
def test_of_two_removals_at_once_one_is_refused(factors: Callable[[User], list[str]]) -> None:
    clerk = make_clerk()
    addresses, answers = factors(clerk), []
    browsers = [signed_in(clerk) for _ in addresses]

    def remove(browser: Client, address: str) -> None:
        try:
            answers.append(browser.post(address, follow=True).content.decode())
        finally:
            connections.close_all()

    callers = [threading.Thread(target=remove, args=pair) for pair in zip(browsers, addresses, strict=True)]
    with transaction.atomic():
        # Whoever has found that another factor is left has to wait with its DELETE.
        list(Authenticator.objects.select_for_update())
        for caller in callers:
            caller.start()
        wait_until(lambda: waiting_for_locks() == len(callers))
    for caller in callers:
        caller.join(60)
    assert Authenticator.objects.filter(user=clerk).count() == 1
    assert len([page for page in answers if "Najpierw dodaj inny." in page]) == 1


def waiting_for_locks() -> int:
    with connection.cursor() as cursor:
        # Not pg_stat_activity, of which a transaction sees one state all along.
        cursor.execute("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted")
        return int(cursor.fetchone()[0])
