"""Prepared queries give what the queryset gives, planned once a connection."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import BigIntegerField, Value
from django.db.models.functions import JSONObject
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from students.eligibility import assess, eligibility_of
from students.models import Student, User
from students.prepared import Given, PreparedQuery
from tests.students.factories import make_student

pytestmark = pytest.mark.django_db


def query(rows: Any) -> PreparedQuery[Student]:
    return PreparedQuery(rows.filter(pk=Given("key", BigIntegerField())))


def plans() -> list[str]:
    """What PostgreSQL has prepared for this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return [statement for (statement,) in cursor.fetchall()]


def test_each_value_gives_its_own_row_as_a_queryset_does() -> None:
    students = Student.objects.annotate(told=JSONObject(name="last_name"), share=Value("100 % of $1"))
    prepared = query(students.defer("first_names"))
    for one in (make_student(), make_student()):
        found, usual = prepared.get(key=one.pk), students.get(pk=one.pk)
        assert found == usual
        assert found.pesel == usual.pesel
        assert vars(found)["told"] == {"name": one.last_name}
        assert vars(found)["share"] == "100 % of $1"
        assert found.get_deferred_fields() == {"first_names"}
        assert found.first_names == one.first_names


def test_without_a_row_there_is_nothing() -> None:
    assert query(Student.objects.all()).first(key=0) is None
    with pytest.raises(Student.DoesNotExist):
        query(Student.objects.all()).get(key=0)


def test_it_is_planned_once_and_counted_each_time() -> None:
    student, prepared = make_student(), query(Student.objects.filter(birth_date__gt="1901-02-03"))
    with CaptureQueriesContext(connection) as asked:
        for _ in range(3):
            prepared.get(key=student.pk)
    assert len(asked) == 3
    assert len([statement for statement in plans() if "1901-02-03" in statement]) == 1


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_was_lost_between_two_requests_is_made_anew() -> None:
    student, prepared = make_student(), query(Student.objects.all())
    prepared.get(key=student.pk)
    here: Any = connection
    here.connection.close()
    here.health_check_enabled, here.health_check_done = True, False  # as a request begins
    try:
        assert prepared.get(key=student.pk) == student
    finally:
        here.health_check_enabled = False
        here.close()


def test_eligibility_is_that_of_the_rows_of_today_and_of_the_rules(settings: Any) -> None:
    student, today = make_student(), timezone.localdate()
    for rules in ("els", "pesel"):
        settings.ELIGIBILITY_RULES = rules
        for day in (today, today + timedelta(days=1)):
            expected = assess(Student.objects.with_conditions(day).get(pk=student.pk))
            found = eligibility_of(student.user, day)
            assert found == expected
    assert eligibility_of(User.objects.create_user("nobody"), today) is None
