"""Scripts of a student and of the staff, and an endpoint of webhooks."""

import pytest
import redis
from django.conf import settings
from pytest_httpserver import HTTPServer

from api.webhooks.models import Endpoint
from students.models import Student, User
from students.roles import CLERK
from tests.api.caller import Caller, make_token
from tests.students.factories import make_member


@pytest.fixture(autouse=True)
def _nobody_has_called_yet() -> None:
    """Let counters begin anew: users of tests have the numbers of those before."""
    client = redis.Redis.from_url(settings.REDIS_URL)
    for name in client.scan_iter("api:calls:*"):
        client.delete(name)


@pytest.fixture
def script(student: Student) -> Caller:
    """Return a script that may do everything that `student` may."""
    return Caller(make_token(student.user))


@pytest.fixture
def stranger(other_student: Student) -> Caller:
    """Return a script of another student."""
    return Caller(make_token(other_student.user))


@pytest.fixture
def dean(student: Student) -> User:
    """Return a clerk of the faculty of `student`."""
    enrolment = student.enrolments.select_related("programme__faculty").get()
    return make_member(CLERK, enrolment.programme.faculty)


@pytest.fixture
def office(dean: User) -> Caller:
    """Return a script that may do everything that the clerk may."""
    return Caller(make_token(dean))


@pytest.fixture
def endpoint(db: None, httpserver: HTTPServer) -> Endpoint:
    """Return an endpoint at the test server."""
    return Endpoint.objects.create(name="biblioteka", url=httpserver.url_for("/webhook"))
