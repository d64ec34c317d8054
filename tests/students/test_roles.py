"""The groups of the staff are made with the tables and last; what an administrator adds to them stays."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from students.roles import ADMINISTRATOR, CLERK, ROLES, VIEWER

CHANGING = ("add_", "change_", "delete_", "extend_", "end_", "revoke_", "retry_", "import_", "order_")


def permissions() -> dict[str, set[str]]:
    return {
        group.name: set(group.permissions.values_list("codename", flat=True)) for group in Group.objects.all()
    }


@pytest.mark.django_db
def test_the_three_groups_are_there_each_with_more_than_the_one_before() -> None:
    groups = permissions()
    assert set(groups) == set(ROLES)
    assert groups[VIEWER] < groups[CLERK] < groups[ADMINISTRATOR]


@pytest.mark.django_db
def test_who_only_looks_changes_nothing_and_a_clerk_stays_within_the_faculties() -> None:
    groups = permissions()
    assert not [name for name in groups[VIEWER] if name.startswith(CHANGING)]
    beyond = {"view_every_faculty", "view_full_pesel", "import_student", "change_user", "delete_enrolment"}
    assert not groups[CLERK] & beyond
    assert beyond <= groups[ADMINISTRATOR]


@pytest.mark.django_db(transaction=True)
def test_a_flush_and_another_migration_keep_the_groups_and_what_was_added() -> None:
    before = permissions()
    call_command("flush", interactive=False, verbosity=0)
    assert permissions() == before
    added = Permission.objects.get(codename="delete_photo")
    clerks = Group.objects.get(name=CLERK)
    clerks.permissions.add(added)
    clerks.permissions.remove(Permission.objects.get(codename="view_photo"))
    call_command("migrate", verbosity=0)
    call_command("migrate", verbosity=0)
    assert permissions() == before | {CLERK: before[CLERK] | {added.codename}}
    assert Group.objects.count() == len(ROLES)
