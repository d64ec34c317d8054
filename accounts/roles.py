"""Permissions of this app for the roles of `students.roles`."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.apps import AppConfig

from students.roles import ADMINISTRATOR, CLERK, VIEWER, grant

PERMISSIONS: Mapping[str, Iterable[str]] = {
    VIEWER: (),
    CLERK: ("invite", "view_security"),
    ADMINISTRATOR: ("invite", "view_security", "end_session", "reset_factor"),
}


def grant_own(sender: AppConfig, **kwargs: Any) -> None:
    """Grant this app's permissions to the groups; connected to post_migrate."""
    grant(sender, PERMISSIONS)
