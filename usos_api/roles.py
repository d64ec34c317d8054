"""Permissions of the staff roles in the USOS API."""

from collections.abc import Iterable, Mapping

from django.apps import AppConfig

from students.roles import ADMINISTRATOR, grant

PERMISSIONS: Mapping[str, Iterable[str]] = {
    ADMINISTRATOR: ("view_consumer", "add_consumer", "change_consumer"),
}


def grant_own(sender: AppConfig, **kwargs: object) -> None:
    """Grant this app's permissions to the groups; connected to post_migrate."""
    grant(sender, PERMISSIONS)
