"""What a request does is its user's in the audit log; what the same thread does afterwards is nobody's."""

import pytest
from auditlog.context import auditlog_value
from django.test import Client

from tests.students.factories import make_user

pytestmark = pytest.mark.django_db


def test_nothing_is_attributed_to_who_asked_before(client: Client) -> None:
    auditlog_value.set({})
    client.force_login(make_user())
    client.get("/")
    assert auditlog_value.get() == {}
