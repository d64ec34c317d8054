"""The lists of the office in correct Polish, which Django's own sentences around a model's name are not."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils.text import capfirst

from tests.mdocs.page.html import read
from tests.students.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client: Client) -> Client:
    """Return a browser in which somebody is signed in who may do everything."""
    client.force_login(make_user(is_staff=True, is_superuser=True))
    return client


def test_no_list_is_called_in_the_wrong_case(office: Client) -> None:
    for model in admin.site._registry:
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        page = read(office.get(address, follow=True))
        (heading,) = page.texts("h1")
        assert not heading.startswith("Wybierz "), heading
        assert page.texts("title")[0].startswith(heading)
        assert "Razem:" in page.main
        added = [link for link in page.all("a", **{"class": "addlink"}) if "/add/" in link.attrs["href"]]
        assert all(link.text == "Dodaj" for link in added)


def test_a_list_is_called_what_it_lists(office: Client) -> None:
    page = read(office.get(reverse("admin:auth_group_changelist")))
    assert page.texts("h1") == [capfirst("grupy")]
