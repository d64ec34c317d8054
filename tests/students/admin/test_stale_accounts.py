"""Other pages of the admin know what they showed as well: accounts, roles; and rows are locked while they are saved."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from students.models import User
from students.roles import CLERK
from tests.students.admin.pages import opened, page_of
from tests.students.factories import make_eligible_student, make_member
from tests.students.forms import errors

pytestmark = pytest.mark.django_db


def test_an_account_keeps_what_others_wrote_meanwhile(office: Client) -> None:
    account, role = make_member(CLERK), Group.objects.create(name="other")
    address = page_of(account)
    data = {
        "username": account.username,
        "is_active": "on",
        "is_staff": "on",
        "email": "new@example.edu.pl",
        "date_joined_0": f"{timezone.localtime(account.date_joined):%Y-%m-%d}",
        "date_joined_1": f"{timezone.localtime(account.date_joined):%H:%M:%S}",
        "groups": [group.pk for group in account.groups.all()],
    } | opened(office, address)
    account.groups.add(role)
    User.objects.filter(pk=account.pk).update(last_name="Kowalska", is_active=False)
    joined = account.date_joined
    with CaptureQueriesContext(connection) as queries:
        answer = office.post(address, data)
    assert answer.status_code == 302
    account.refresh_from_db()
    assert (account.last_name, account.email, account.is_active) == ("Kowalska", "new@example.edu.pl", False)
    assert role in account.groups.all() and account.date_joined == joined
    updates = [query["sql"] for query in queries if query["sql"].startswith('UPDATE "students_user"')]
    assert len(updates) == 1 and "password" not in updates[0]
    taken = data | {"groups": []} | {"_version": data["_version"]}
    assert f"{CLERK} → {CLERK}, other" in errors(office.post(address, taken))["groups"][0]
    assert account.groups.count() == 2


def test_the_rights_of_a_role_are_not_taken_back(office: Client) -> None:
    role = Group.objects.create(name="role")
    added = Permission.objects.get(codename="view_student")
    address = f"/admin/auth/group/{role.pk}/change/"
    data = {"name": "renamed", "permissions": []} | opened(office, address)
    role.permissions.add(added)
    assert office.post(address, data).status_code == 302
    role.refresh_from_db()
    assert (role.name, role.permissions.get()) == ("renamed", added)


def test_rows_are_locked_before_they_are_compared(office: Client) -> None:
    studies = make_eligible_student().enrolments.get()
    for row in (studies.student, studies, studies.programme, studies.programme.faculty, studies.student.user):
        with CaptureQueriesContext(connection) as queries:
            office.post(page_of(row), {})
        about = [query["sql"] for query in queries if f'FROM "{row._meta.db_table}"' in query["sql"]]
        lock = next(i for i, sql in enumerate(about) if sql.endswith("FOR NO KEY UPDATE"))
        assert any(f'"id" = {row.pk} LIMIT' in sql for sql in about[lock:]), about
