"""Permissions that the roles of the staff have on notifications."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.apps import AppConfig

from students.roles import ADMINISTRATOR, CLERK, VIEWER, grant

_OFFICES = (
    "send_mailing",
    "view_mailing",
    *(f"{verb}_messagetemplate" for verb in ("view", "add", "change", "delete")),
)

PERMISSIONS: Mapping[str, Iterable[str]] = {
    VIEWER: ("view_message",),
    CLERK: ("view_message", *_OFFICES),
    ADMINISTRATOR: ("view_message", "view_pushservice", *_OFFICES),
}


def grant_own(sender: AppConfig, **kwargs: Any) -> None:
    """Give the groups this app's permissions; connected to post_migrate."""
    grant(sender, PERMISSIONS)
