"""Who works in the admin of orders."""

import pytest
from django.test import Client

from students.models import Faculty, User
from students.roles import CLERK
from tests.students.factories import make_member, make_programme


@pytest.fixture
def faculty(db: None) -> Faculty:
    """Return the faculty of the clerk."""
    return make_programme().faculty


@pytest.fixture
def elsewhere(db: None) -> Faculty:
    """Return a faculty that the clerk has nothing to do with."""
    return make_programme().faculty


@pytest.fixture
def officer(faculty: Faculty) -> User:
    """Return a clerk of the faculty."""
    return make_member(CLERK, faculty)


@pytest.fixture
def office(client: Client, officer: User) -> Client:
    """Return a browser in which the clerk is signed in."""
    client.force_login(officer)
    return client
