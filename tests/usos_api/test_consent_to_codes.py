"""Consent to what shows codes: the password, or a second factor, was given within five minutes."""

import pytest
from django.test import Client

from students.models import Student
from tests.students.factories import PASSWORD
from tests.usos_api.conftest import CALLBACK
from tests.usos_api.phone import Phone
from tests.usos_api.test_consent import address, agree, ask
from usos_api.keys import hash_of_key
from usos_api.models import RequestToken


def give_password_long_ago(client: Client) -> None:
    """Have the password been given more than five minutes ago."""
    session = client.session
    session["account_authentication_methods"][0]["at"] -= 301
    session.save()


@pytest.mark.parametrize("interactivity", ["minimal", "confirm_user"])
def test_codes_are_opened_only_after_the_password_was_given_within_five_minutes(
    stranger: Phone, student_client: Client, student: Student, interactivity: str
) -> None:
    if interactivity == "confirm_user":  # which asks also who has agreed before
        assert agree(student_client, ask(stranger)).startswith(CALLBACK)
    give_password_long_ago(student_client)
    asking = ask(stranger)
    question = address(asking, interactivity=interactivity)
    assert student_client.post(question, {"agree": "1"})["Location"] == question
    there = student_client.get(question)["Location"]
    assert there.startswith("/konto/potwierdzenie/?next=")
    assert student_client.post(there, {"password": "wrong"}).status_code == 200
    assert not RequestToken.objects.filter(
        user__isnull=False, key_hash=hash_of_key(str(asking.token))
    ).exists()
    assert student_client.post(there, {"password": PASSWORD})["Location"] == question
    assert agree(student_client, asking).startswith(CALLBACK)


def test_who_has_agreed_before_is_sent_straight_back(stranger: Phone, student_client: Client) -> None:
    agree(student_client, ask(stranger))
    give_password_long_ago(student_client)
    assert student_client.get(address(ask(stranger)))["Location"].startswith(CALLBACK)


def test_what_shows_no_codes_asks_for_no_password(stranger: Phone, student_client: Client) -> None:
    session = student_client.session
    del session["account_authentication_methods"]
    session.save()
    assert agree(student_client, ask(stranger, scopes="email")).startswith(CALLBACK)
    assert "error=access_denied" in student_client.post(address(ask(stranger)), {"refuse": "1"})["Location"]


def test_after_a_form_of_the_portal_only_a_click_leads_to_the_application(
    stranger: Phone, student_client: Client
) -> None:
    agree(student_client, ask(stranger))
    after_form, other = {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "cross-site"}
    assert student_client.get(address(ask(stranger)), headers=after_form).status_code == 200
    assert student_client.get(address(ask(stranger)), headers=other)["Location"].startswith(CALLBACK)
    assert (
        "local-pin"
        in student_client.get(address(ask(stranger, callback="oob")), headers=after_form).content.decode()
    )
