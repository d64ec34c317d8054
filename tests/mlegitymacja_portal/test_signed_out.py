"""Signing out makes the browser drop the pages it has kept; tests/engines/test_signed_out.py tries it in browsers."""

import pytest
from django.test import Client

from students.models import Student, User


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/wylogowanie/", "/admin/logout/"])
def test_signing_out_drops_pages_and_nothing_else(
    client: Client, student: Student, clerk: User, address: str
) -> None:
    client.force_login(clerk if "admin" in address else student.user)
    assert "Clear-Site-Data" not in client.get("/pomoc/")
    assert client.post(address)["Clear-Site-Data"] == '"cache"'
    assert "Clear-Site-Data" not in client.get("/logowanie/")
