"""Whoever finds a weakness finds whom to tell (RFC 9116)."""

from datetime import datetime, timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

ADDRESS = "/.well-known/security.txt"


def fields(client: Client) -> dict[str, str]:
    answer = client.get(ADDRESS)
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    return dict(line.split(": ", 1) for line in answer.content.decode().splitlines())


def test_it_names_the_contact_and_when_it_expires(client: Client, settings: Any) -> None:
    settings.SECURITY_CONTACT = "https://example.edu/security"
    settings.PORTAL_URL = "https://legitymacja.example.edu"
    found = fields(client)
    assert found["Contact"] == "https://example.edu/security"
    assert found["Canonical"] == f"https://legitymacja.example.edu{ADDRESS}"
    expires = datetime.fromisoformat(found["Expires"])
    assert timedelta(days=30) < expires - timezone.now() < timedelta(days=365)


def test_without_one_it_is_the_help_and_without_both_nothing(client: Client, settings: Any) -> None:
    settings.SECURITY_CONTACT, settings.HELP_EMAIL = "", "pomoc@example.edu"
    assert fields(client)["Contact"] == "mailto:pomoc@example.edu"
    settings.HELP_EMAIL = ""
    assert client.get(ADDRESS).status_code == 404
