"""Permissions that the roles of the staff have on orders."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.apps import AppConfig

from students.roles import ADMINISTRATOR, CLERK, VIEWER, grant

# Why mDokumenty is not well is for who looks after the portal; others read what it means for students.
SEE_CAUSE = "operations.view_alarm"
_LOOK = ("view_order", "view_orderevent")
_CLERKS_WORK = ("revoke_order", "retry_order", "export_order", "order_for_student")

PERMISSIONS: Mapping[str, Iterable[str]] = {
    VIEWER: _LOOK,
    CLERK: (*_LOOK, *_CLERKS_WORK),
    ADMINISTRATOR: (
        *(*_LOOK, *_CLERKS_WORK, "write_off_order", "order_cohort"),
        *("view_breaker", "view_reconciliation", "view_orphandocument", "revoke_orphandocument"),
    ),
}


def grant_own(sender: AppConfig, **kwargs: Any) -> None:
    """Give the groups this app's permissions; connected to post_migrate."""
    grant(sender, PERMISSIONS)
