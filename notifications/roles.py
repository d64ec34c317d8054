"""Permissions that the roles of the staff have on notifications."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.apps import AppConfig

from students.roles import ADMINISTRATOR, CLERK, VIEWER, grant

PERMISSIONS: Mapping[str, Iterable[str]] = {
    VIEWER: ("view_message",),
    CLERK: ("view_message",),
    ADMINISTRATOR: ("view_message", "view_pushservice"),
}


def grant_own(sender: AppConfig, **kwargs: Any) -> None:
    """Give the groups this app's permissions; connected to post_migrate."""
    grant(sender, PERMISSIONS)
