"""What the tests of the student's page share."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.mdocs.page.html import Document, read

PAGE = "/dla-studentow/moje-studia/mlegitymacja/"


@pytest.fixture
def see(student_client: Client) -> Callable[[], Document]:
    """Return a way to look at the student's page as it is now."""

    def look() -> Document:
        response = student_client.get(PAGE)
        assert response.status_code == 200
        return read(response)

    return look


def address(name: str, order: Any) -> str:
    """Return the address of something that can be done with an order."""
    return reverse(f"mdocs:{name}", args=[order.pk])
