"""The roles of the staff, as groups: Dziekanat, Podgląd and Administrator.

Each app says what its own permissions are for; after migrations the groups are made where they are missing and get
what they lack. What an administrator adds to a group stays; what is to be taken away is taken from the code.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.apps import AppConfig
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission

CLERK, VIEWER, ADMINISTRATOR = "Dziekanat", "Podgląd", "Administrator"
ROLES = (CLERK, VIEWER, ADMINISTRATOR)

_LOOK = ("view_student", "view_enrolment", "view_studentcard", "view_cardextension", "view_photo")
_CATALOGUE = ("view_faculty", "view_programme")
_CLERKS_WORK = (
    "add_student",
    "change_student",
    "add_enrolment",
    "change_enrolment",
    "add_studentcard",
    "extend_studentcard",
    "end_studentcard",
    "view_job",
)

PERMISSIONS: Mapping[str, Iterable[str]] = {
    VIEWER: (*_LOOK, *_CATALOGUE),
    CLERK: (*_LOOK, *_CATALOGUE, *_CLERKS_WORK),
    ADMINISTRATOR: (
        *_LOOK,
        *_CATALOGUE,
        *_CLERKS_WORK,
        "view_every_faculty",
        "view_full_pesel",
        "import_student",
        "delete_enrolment",
        "add_faculty",
        "change_faculty",
        "add_programme",
        "change_programme",
        "view_user",
        "add_user",
        "change_user",
        "view_auditentry",
    ),
}


def grant_own(sender: AppConfig, **kwargs: Any) -> None:
    """Give the groups this app's permissions; connected to post_migrate."""
    grant(sender, PERMISSIONS)


def grant(app: AppConfig, permissions: Mapping[str, Iterable[str]]) -> None:
    """Make the groups that are missing and give each the named permissions of `app`.

    Raises LookupError for a permission that does not exist.
    """
    create_permissions(app, verbosity=0)
    by_codename = {
        permission.codename: permission
        for permission in Permission.objects.filter(content_type__app_label=app.label)
    }
    for role, codenames in permissions.items():
        group, _ = Group.objects.get_or_create(name=role)
        group.permissions.add(*(by_codename[codename] for codename in codenames))
