"""The pages for what went wrong are as accessible as any, also those that need no database."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import path

from mlegitymacja_portal.errors import csrf_failure, too_many
from mlegitymacja_portal.urls import handler400, handler403, handler404, handler500
from mlegitymacja_portal.urls import urlpatterns as portals
from tests.screens.conftest import Window
from tests.screens.looks import DESKTOP, is_accessible_in_light_and_dark_on_phone_and_desktop
from tests.screens.scenes import student

__all__ = ["handler400", "handler403", "handler404", "handler500"]
pytestmark = pytest.mark.django_db(transaction=True)

FAULTS: dict[int, type[Exception]] = {
    400: BadRequest,
    403: PermissionDenied,
    500: RuntimeError,
    503: OperationalError,
}


def fail(request: HttpRequest, status: int) -> HttpResponse:
    """Fail in this way."""
    raise FAULTS[status]("of a test")


urlpatterns = [
    *portals,
    path("fails/expired/", lambda request: csrf_failure(request)),
    path("fails/429/", lambda request: too_many(request, 300)),
    path("fails/<int:status>/", fail),
]


@pytest.mark.parametrize(
    ("address", "status"),
    [
        *((f"/fails/{status}/", status) for status in FAULTS),
        ("/fails/expired/", 403),
        ("/fails/429/", 429),
        ("/nie-ma/", 404),
        ("/dla-studentow/moje-studia/mlegitymacja/zamow/", 405),
    ],
)
def test_every_error_page_is_accessible_and_fits_a_phone(
    window: Callable[..., Window], settings: Any, address: str, status: int
) -> None:
    settings.ROOT_URLCONF = __name__
    here = window(student().user, viewport=DESKTOP)
    assert here.go(address).status == status
    is_accessible_in_light_and_dark_on_phone_and_desktop(
        here, f"error {address.strip('/').replace('/', ' ')}"
    )
    assert here.missing == []
