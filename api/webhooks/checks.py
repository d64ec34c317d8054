"""System checks of where webhooks may be sent."""

from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.core.checks import CheckMessage, Error, Warning
from django.core.exceptions import ValidationError
from django.db import DatabaseError

from api.webhooks.addresses import allowed, check_address


@checks.register
def check_allowed(app_configs: Sequence[Any] | None, **_options: Any) -> list[CheckMessage]:
    """Report a network of WEBHOOK_ALLOWED that is none."""
    try:
        allowed()
    except ValueError as error:
        hint = "Write names of hosts, addresses and networks: moodle.example.edu,10.1.0.0/16"
        return [Error(f"WEBHOOK_ALLOWED: {error}", hint=hint, id="api.E001")]
    return []


@checks.register(checks.Tags.database)
def check_endpoints(
    app_configs: Sequence[Any] | None, *, databases: Sequence[str] | None = None, **_options: Any
) -> list[CheckMessage]:
    """Report the endpoints to which nothing is sent, as their addresses are not allowed; `migrate` asks for it."""
    from api.webhooks.models import Endpoint

    if not databases:
        return []
    try:
        endpoints = list(Endpoint.objects.filter(is_active=True).values_list("pk", "url"))
    except DatabaseError:
        return []  # the tables are still to be made
    return [
        Warning(
            f"Nothing is sent to webhook endpoint {key}: its address is not public HTTPS, or holds a password.",
            hint="Correct the address in the admin, or allow it by WEBHOOK_ALLOWED.",
            id="api.W001",
        )
        for key, url in endpoints
        if not _is_allowed(url)
    ]


def _is_allowed(url: str) -> bool:
    try:
        check_address(url)
    except (ValidationError, ValueError):
        return False
    return True
