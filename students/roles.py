"""Staff roles as groups: Dziekanat, Podgląd and Administrator.

Each app grants its own permissions; after migrations missing groups are created and get missing permissions.
Permissions that an administrator adds stay; a permission is revoked by removing it from the code.
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
    "export_student",
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
        "confirm_pesel",
        "erase_student",
        "delete_enrolment",
        "add_faculty",
        "change_faculty",
        "add_programme",
        "change_programme",
        "view_user",
        "add_user",
        "change_user",
        "view_auditentry",
        "view_look",
        "view_periodictask",
    ),
}


def grant_own(sender: AppConfig, **kwargs: Any) -> None:
    """Grant this app's permissions to the groups; connected to post_migrate."""
    grant(sender, PERMISSIONS)


def grant(app: AppConfig, permissions: Mapping[str, Iterable[str]]) -> None:
    """Create missing groups and grant each the named permissions of `app`.

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
