"""Metrics of deliveries to phones: what became of each attempt, as Prometheus reads it."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_httpserver import HTTPServer

from students.models import Student
from tests.notifications.push.phone import Phone
from tests.notifications.push.rounds import make_codes_ready, send
from tests.scraping import difference, scrape

pytestmark = pytest.mark.django_db


def test_each_attempt_is_counted_by_what_became_of_it(
    student: Student, subscribed_phone: Phone, service: HTTPServer, settings: Any
) -> None:
    settings.METRICS_TOKEN = "secret"
    prometheus = Client()

    def counted() -> dict[tuple[str, ...], float]:
        before = scrape(prometheus)
        send()
        return difference(before, scrape(prometheus), "portal_deliveries_total")

    make_codes_ready(student)
    service.clear_all_handlers()
    subscribed_phone.answer_with(503)
    assert counted() == {("pushdelivery", "unavailable"): 1}
    assert scrape(prometheus)["portal_waiting", ("push",)] == 1
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        service.clear_all_handlers()
        subscribed_phone.answer_with(201)
        assert counted() == {("pushdelivery", "accepted"): 1}
