"""Permissions of the staff roles in the API."""

from collections.abc import Iterable, Mapping

from django.apps import AppConfig

from students.roles import ADMINISTRATOR, grant

PERMISSIONS: Mapping[str, Iterable[str]] = {
    ADMINISTRATOR: ("view_endpoint", "add_endpoint", "change_endpoint", "delete_endpoint"),
}


def grant_own(sender: AppConfig, **kwargs: object) -> None:
    """Grant this app's permissions to the groups; connected to post_migrate."""
    grant(sender, PERMISSIONS)
