"""System checks that look into the database: keys that are not its own, and accounts of the demo in production.

They run before gunicorn and Celery start, before `manage.py migrate`, and by `manage.py check --database default`. A
database that has no tables yet is left to /health/ready; one that is away is the caller's to wait for.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core import checks
from django.core.checks import CheckMessage, Error
from django.db import DatabaseError, transaction

from mlegitymacja_portal import outage_logs


@checks.register(checks.Tags.database)
def check_database(
    app_configs: Sequence[Any] | None, databases: Sequence[str] | None = None, **_options: Any
) -> list[CheckMessage]:
    """Check what the database holds against the settings."""
    if not databases:
        return []
    try:
        with transaction.atomic():
            return [*_keys(), *(_demo_accounts() if settings.PRODUCTION else ())]
    except DatabaseError as error:
        if outage_logs.is_outage(error):
            raise
        return []


def _keys() -> Iterator[CheckMessage]:
    from students.key_canaries import wrong_keys  # has models: not before the apps are loaded

    for name in wrong_keys():
        yield Error(
            f"{name} is not what this database was written with.",
            hint="Set the key that it was written with (docs/runbook.md, Keys). After FIELD_INDEX_KEY was changed on "
            "purpose, run manage.py rotate_encryption_keys first.",
            id="mlegitymacja.E021",
        )


def _demo_accounts() -> Iterator[CheckMessage]:
    from students.demo import PASSWORD, USERNAMES
    from students.models import User

    accounts = User.objects.filter(username__in=USERNAMES, is_active=True).values_list("username", "password")
    opened: dict[str, bool] = {}  # the cast is made with one hash, and a hash takes a tenth of a second
    names = []
    for name, password in accounts:
        if opened.setdefault(password, check_password(PASSWORD, password)):
            names.append(name)
    if names:
        yield Error(
            f"This database has demo accounts with the password “demo”: {', '.join(sorted(names))}.",
            hint="Use a database that never had demo data; in need, give these accounts other passwords.",
            id="mlegitymacja.E022",
        )
