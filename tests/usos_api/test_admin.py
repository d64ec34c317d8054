"""Consumers in the admin: the secret is seen once, and what is done is logged."""

import re
from typing import Any

import pytest
from django.test import Client

from students.models import AuditEntry, User
from students.roles import ADMINISTRATOR, CLERK
from tests.students.factories import make_member
from tests.usos_api.phone import Phone
from usos_api.models import Consumer

ADD = "/admin/usos_api/consumer/add/"
REGISTRATION = {
    "name": "mUSOS",
    "email": "authors@example.edu.pl",
    "url": "https://musos.example.edu.pl/",
    "callbacks": "https://musos.example.edu.pl/back\r\nmusos://back",
    "scopes": ["cards", "offline_access"],
    "is_active": "on",
}


@pytest.fixture
def administrator(db: None) -> User:
    """Return an administrator."""
    return make_member(ADMINISTRATOR)


@pytest.fixture
def office_client(administrator: User) -> Client:
    """Return an administrator's browser."""
    browser = Client()
    browser.force_login(administrator)
    return browser


def shown(answer: Any, what: str) -> str:
    found = re.search(rf'id="consumer-{what}">(\w+)<', answer.content.decode())
    assert found, answer.content.decode()
    return found[1]


def test_a_consumer_is_registered_and_its_secret_shown_once(
    office_client: Client, administrator: User
) -> None:
    answer = office_client.post(ADD, REGISTRATION)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    consumer = Consumer.objects.get()
    assert (shown(answer, "key"), shown(answer, "secret")) == (consumer.key, consumer.secret)
    assert consumer.callbacks.split() == ["https://musos.example.edu.pl/back", "musos://back"]
    assert consumer.scopes == ["cards", "offline_access"]
    change = f"/admin/usos_api/consumer/{consumer.pk}/change/"
    for page in (change, "/admin/usos_api/consumer/", f"/admin/usos_api/consumer/{consumer.pk}/history/"):
        assert consumer.secret not in office_client.get(page).content.decode()
    entry = AuditEntry.objects.get(object_pk=str(consumer.pk), content_type__model="consumer")
    assert entry.actor == administrator
    assert consumer.secret not in str(entry.changes)


def test_what_an_application_may_not_ask_for_any_more_its_tokens_lose_too(
    phone: Phone, consumer: Consumer
) -> None:
    assert phone.call("services/cards/user").status == 200
    Consumer.objects.filter(pk=consumer.pk).update(scopes=["email"])
    answer = phone.call("services/cards/user")
    assert (answer.status, answer.json["reason"]) == (403, "scope_missing")


def test_a_renewed_secret_takes_the_place_of_the_old(office_client: Client, consumer: Consumer) -> None:
    old = Phone(consumer.key, consumer.secret)
    answer = office_client.post(f"/admin/usos_api/consumer/{consumer.pk}/renew/")
    new = Phone(consumer.key, shown(answer, "secret"))
    assert old.call("services/apisrv/consumer", fields="name").status == 401
    assert new.call("services/apisrv/consumer", fields="name").json == {"name": "mUSOS"}
    entries = AuditEntry.objects.filter(content_type__model="consumer", object_pk=str(consumer.pk))
    entry = entries.get(action=AuditEntry.Action.UPDATE)
    assert entry.changes == {"secret": ["•••••", "•••••"]}
    assert office_client.get(f"/admin/usos_api/consumer/{consumer.pk}/renew/").status_code == 405
    assert (
        "Wygeneruj nowy sekret"
        in office_client.get(f"/admin/usos_api/consumer/{consumer.pk}/change/").content.decode()
    )


@pytest.mark.parametrize(
    "callback",
    [
        "javascript:alert(1)",
        "nowhere",
        "http://example.edu.pl/back",
        "https://example.edu.pl/back?x=1",
        "https://example.edu.pl/back#x",
        "https://user:password@example.edu.pl/back",
        "data://x",
        "https:///back",
    ],
)
def test_what_nobody_should_be_sent_to_is_not_registered(office_client: Client, callback: str) -> None:
    answer = office_client.post(ADD, REGISTRATION | {"callbacks": callback})
    assert "errorlist" in answer.content.decode()
    assert not Consumer.objects.exists()


def test_clerks_have_nothing_to_do_with_consumers(db: None, consumer: Consumer) -> None:
    browser = Client()
    browser.force_login(make_member(CLERK))
    assert browser.get("/admin/usos_api/consumer/").status_code == 403
    assert browser.post(ADD, REGISTRATION).status_code == 403
    secret = consumer.secret
    assert browser.post(f"/admin/usos_api/consumer/{consumer.pk}/renew/").status_code == 403
    consumer.refresh_from_db()
    assert consumer.secret == secret


def test_none_is_deleted(office_client: Client, consumer: Consumer) -> None:
    assert office_client.post(f"/admin/usos_api/consumer/{consumer.pk}/delete/").status_code == 403
