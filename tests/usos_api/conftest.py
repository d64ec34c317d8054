"""Consumers, and phones that have been let in."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from students.models import Student
from tests.accounts.recently import password_given
from tests.usos_api.phone import Phone, let_in
from usos_api.models import Consumer
from usos_api.scopes import SCOPES

CALLBACK = "https://app.example.edu.pl/back"
APP_CALLBACK = "musos://signed-in"


@pytest.fixture
def consumer(db: None) -> Consumer:
    """Return a consumer that may ask for everything."""
    return Consumer.objects.create(
        name="mUSOS",
        email="authors@example.edu.pl",
        callbacks=f"{CALLBACK}\n{APP_CALLBACK}",
        scopes=sorted(SCOPES),
    )


@pytest.fixture
def office(db: None) -> Consumer:
    """Return an administrative consumer."""
    return Consumer.objects.create(
        name="Bramki biblioteki", email="library@example.edu.pl", is_administrative=True
    )


@pytest.fixture
def student_client(student_client: Client) -> Client:
    """Return a browser in which `student` has just signed in."""
    return password_given(student_client)


@pytest.fixture
def phone(consumer: Consumer, student: Student) -> Phone:
    """Return a phone that may see and do everything for `student`."""
    return let_in(consumer, student.user, *SCOPES)


@pytest.fixture
def stranger(consumer: Consumer) -> Phone:
    """Return a phone with a consumer, and no user."""
    return Phone(consumer.key, consumer.secret)


@pytest.fixture
def gate(office: Consumer) -> Phone:
    """Return a system of the university."""
    return Phone(office.key, office.secret)


@pytest.fixture
def time_machine_later() -> Callable[..., Any]:
    """Return a way to look from a later moment."""

    def later(**how_long: float) -> Any:
        return time_machine.travel(timezone.now() + timedelta(**how_long), tick=True)

    return later
