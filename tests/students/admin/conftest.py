"""What the tests of the admin of students share."""

import pytest
from django.test import Client

from students.models import Faculty, User
from students.roles import CLERK
from tests.students.admin.pages import signed_in
from tests.students.factories import make_member, make_programme


@pytest.fixture
def faculty() -> Faculty:
    return make_programme().faculty


@pytest.fixture
def clerk(faculty: Faculty) -> User:
    return make_member(CLERK, faculty)


@pytest.fixture
def dziekanat(clerk: User) -> Client:
    return signed_in(clerk)
