"""Permissions that the roles of the staff have on operations."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.apps import AppConfig

from students.roles import ADMINISTRATOR, grant

PERMISSIONS: Mapping[str, Iterable[str]] = {
    ADMINISTRATOR: ("view_alarm", "acknowledge_alarm", "run_portal"),
}


def grant_own(sender: AppConfig, **kwargs: Any) -> None:
    """Give the groups this app's permissions; connected to post_migrate."""
    grant(sender, PERMISSIONS)
