"""What the roles of the staff may do with those who are told of changes."""

from collections.abc import Iterable, Mapping

from django.apps import AppConfig

from students.roles import ADMINISTRATOR, grant

PERMISSIONS: Mapping[str, Iterable[str]] = {
    ADMINISTRATOR: ("view_endpoint", "add_endpoint", "change_endpoint", "delete_endpoint"),
}


def grant_own(sender: AppConfig, **kwargs: object) -> None:
    """Give the groups this app's permissions; connected to post_migrate."""
    grant(sender, PERMISSIONS)
