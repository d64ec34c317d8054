"""How mDokumenty is, as staff see it in the admin."""

from datetime import timedelta

import pytest
from django.test import Client

from mdocs.models import Breaker
from tests.mdocs.page.html import read
from tests.students.factories import make_user

pytestmark = pytest.mark.django_db
LIST = "/admin/mdocs/breaker/"


@pytest.mark.parametrize(
    ("difference", "shown"),
    [
        (None, "–"),
        (timedelta(milliseconds=-224), "−0,2 s"),
        (timedelta(seconds=90), "90,0 s"),
    ],
)
def test_the_clocks_differ_by_seconds(client: Client, difference: timedelta | None, shown: str) -> None:
    client.force_login(make_user(is_staff=True, is_superuser=True))
    Breaker.objects.update(clock_difference=difference)
    for address in (LIST, f"{LIST}{Breaker.objects.values_list('pk', flat=True)[0]}/change/"):
        assert shown in read(client.get(address)).main, address
