"""Roles and faculties are given in the admin of accounts, and nobody gives or takes more than they have."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client

from students.models import Faculty, User
from students.roles import ADMINISTRATOR, CLERK, VIEWER
from tests.students.admin.pages import page_of, send, signed_in
from tests.students.factories import make_clerk, make_member, make_programme, make_user

pytestmark = pytest.mark.django_db
PASSWORD = {"usable_password": "true", "password1": "Kawa-i-herbata-7", "password2": "Kawa-i-herbata-7"}


@pytest.fixture
def administrator() -> User:
    return make_member(ADMINISTRATOR)


@pytest.fixture
def office_of(administrator: User) -> Client:
    """A browser of an administrator who is no superuser."""
    return signed_in(administrator)


def account_form(account: User, **changes: Any) -> dict[str, Any]:
    values = {
        "username": account.username,
        "is_active": "on",
        "is_staff": "on",
        "date_joined_0": "2026-01-01",
        "date_joined_1": "12:00:00",
        "groups": [group.pk for group in account.groups.all()],
        "faculties": [faculty.pk for faculty in account.faculties.all()],
    }
    return values | changes


def rights_of(account: User) -> tuple[Any, ...]:
    fresh = User.objects.get(pk=account.pk)
    groups = sorted(fresh.groups.values_list("name", flat=True))
    return fresh.is_superuser, groups, fresh.user_permissions.count(), fresh.password


def test_an_administrator_makes_a_clerk_of_a_faculty(office_of: Client) -> None:
    answer = office_of.post(
        "/admin/students/user/add/",
        {
            "username": "new",
            "usable_password": "true",
            "password1": "Kawa-i-herbata-7",
            "password2": "Kawa-i-herbata-7",
        },
    )
    account = User.objects.get(username="new")
    assert answer["Location"] == page_of(account)
    faculty: Faculty = make_programme().faculty
    group = Group.objects.get(name=CLERK)
    form = account_form(account, groups=[group.pk], faculties=[faculty.pk])
    assert send(office_of, page_of(account), form).status_code == 302
    assert (account.groups.get(), account.faculties.get()) == (group, faculty)
    assert User.objects.get(pk=account.pk).is_staff


def test_only_a_superuser_makes_superusers_and_gives_single_permissions(
    office_of: Client, office: Client
) -> None:
    account = make_member(CLERK)
    permission = Permission.objects.get(codename="delete_user")
    more = account_form(account, is_superuser="on", user_permissions=[permission.pk])
    before = rights_of(account)
    assert send(office_of, page_of(account), more).status_code == 302
    assert rights_of(account) == before
    assert send(office, page_of(account), more).status_code == 302
    assert rights_of(account)[:3] == (True, [CLERK], 1)


def test_a_group_that_gives_more_than_one_has_is_not_given(office_of: Client, administrator: User) -> None:
    beyond = Group.objects.create(name="wszystko")
    beyond.permissions.add(Permission.objects.get(codename="change_group"))
    for account in (make_member(VIEWER), administrator):
        before = rights_of(account)
        answer = send(office_of, page_of(account), account_form(account, groups=[beyond.pk]))
        assert answer.status_code == 200
        assert "groups" in answer.context["adminform"].form.errors
        assert rights_of(account) == before


@pytest.mark.parametrize("active", [True, False])
@pytest.mark.parametrize("by", ["superuser", "group", "permission"])
def test_an_account_with_more_rights_is_out_of_reach(office_of: Client, by: str, active: bool) -> None:
    account = make_user(is_staff=True, is_superuser=by == "superuser", is_active=active)
    permission = Permission.objects.get(codename="change_group")
    if by == "group":
        group = Group.objects.create(name="wszystko")
        group.permissions.add(permission)
        account.groups.add(group)
    if by == "permission":
        account.user_permissions.add(permission)
    before = rights_of(account)
    assert send(office_of, page_of(account), account_form(account)).status_code == 403
    assert office_of.post(f"/admin/students/user/{account.pk}/password/", PASSWORD).status_code == 403
    assert office_of.get(page_of(account)).status_code == 200  # to look at
    assert rights_of(account) == before


@pytest.mark.parametrize("role", [CLERK, VIEWER])
def test_clerks_neither_see_nor_change_accounts(role: str) -> None:
    faculty = make_programme().faculty
    clerk = make_member(role, faculty)
    client = signed_in(clerk)
    for account in (clerk, make_user()):
        for address in (page_of(account), f"/admin/students/user/{account.pk}/password/"):
            assert client.get(address).status_code == 403
            assert send(client, address, account_form(account, is_superuser="on")).status_code == 403
    assert client.get("/admin/students/user/").status_code == 403
    assert client.post("/admin/students/user/add/", {"username": "x"}).status_code == 403
    assert not User.objects.filter(is_superuser=True).exists()


def test_who_may_change_accounts_of_some_faculties_only_changes_none() -> None:
    clerk = make_clerk("students.view_user", "students.change_user", faculties=[make_programme().faculty])
    account = make_user()
    assert send(signed_in(clerk), page_of(account), account_form(account)).status_code == 403
