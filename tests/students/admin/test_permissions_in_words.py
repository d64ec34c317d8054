"""Whoever gives permissions reads what they are for in their own language."""

import pytest
from django.conf import settings
from django.contrib.auth.models import Group

from students.roles import CLERK
from tests.mdocs.page.html import read
from tests.students.admin.pages import signed_in
from tests.students.factories import make_user

WORDS = {
    "pl": ("Studenci | student: oglądanie", "Studenci | student: Może importować dane z USOS"),
    "en": ("Students | student: view", "Students | student: Can import data from USOS"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("page", ["auth/group", "students/user"])
def test_permissions_are_offered_in_words(language: str, page: str) -> None:
    superuser = make_user(is_staff=True, is_superuser=True)
    office = signed_in(superuser)
    office.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    key = superuser.pk if page == "students/user" else Group.objects.get(name=CLERK).pk
    offered = read(office.get(f"/admin/{page}/{key}/change/")).texts("option")
    assert set(WORDS[language]) <= set(offered)
    assert not [each for each in offered if "Can add" in each]
