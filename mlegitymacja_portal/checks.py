"""System checks of contradicting or unsafe settings. An error stops the start.

`manage.py` runs them by itself; gunicorn and Celery do it through `stop_on_errors`.
"""

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import sleep
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Warning
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection

from mlegitymacja_portal import catalogues, certificate_checks, outage_logs, transport_encryption

logger = logging.getLogger(__name__)

_SHORTEST_SECRET_KEY = 50
_SHORTEST_INDEX_KEY = 32
_PAUSE = 1.0  # seconds between two questions to a database that is away
_CALLS_IN_A_BATCH = 3  # one after another for one order: find, submit, revoke


def stop_on_errors() -> None:
    """Run all checks; those of the database as soon as it answers, for nothing may run without them.

    Raises ImproperlyConfigured, with every error in its text.
    """
    _stop_on(checks.run_checks())  # what is wrong with the settings is said at once
    said = ""
    while True:
        try:
            found = checks.run_checks(databases=["default"])
            break
        except DatabaseError as error:
            if not outage_logs.is_outage(error):
                raise
            if said != (said := str(error).partition("\n")[0]):
                logger.warning("the start waits for PostgreSQL: %s", said)
        _note()
        connection.close()
        sleep(_PAUSE)
    if said:
        _note("ok")
    _stop_on(found)


def _note(status: str = "") -> None:
    """Have it told how the database is, which is asked where nobody says."""
    from operations import without_database  # has models: not before the apps are loaded
    from operations.checks.database_status import database_status

    without_database.note(status or database_status())


def _stop_on(messages: Sequence[CheckMessage]) -> None:
    errors = [message for message in messages if message.is_serious() and not message.is_silenced()]
    if errors:
        raise ImproperlyConfigured("\n".join(["The portal does not start:", *map(str, errors)]))


@checks.register
def check_settings(app_configs: Sequence[Any] | None, **_options: Any) -> list[CheckMessage]:
    """Check every setting that comes from the environment."""
    groups = [
        _numbers(),
        _university(),
        _keys(),
        _mdokumenty(),
        _database(),
        transport_encryption.unencrypted() if settings.PRODUCTION else (),
        _catalogues(),
        _push(),
        _photos(),
    ]
    if settings.PRODUCTION:
        groups.append(_production())
    return [message for group in groups for message in group]


def _production() -> Iterator[CheckMessage]:
    if settings.DEMO_DATA:
        yield _error(
            "001",
            "DEMO_DATA is on in production: anybody could sign in with the password “demo”.",
            "Unset DEMO_DATA, and use a database that never had demo data.",
        )
    if settings.DEBUG:
        yield _error("002", "DEBUG is on in production: error pages would show data.", "Unset DEBUG.")
    if len(settings.SECRET_KEY) < _SHORTEST_SECRET_KEY or settings.SECRET_KEY.startswith("django-insecure-"):
        yield _error(
            "003",
            f"SECRET_KEY is shorter than {_SHORTEST_SECRET_KEY} characters or a generated example.",
            "Set a random one: python -c 'import secrets; print(secrets.token_urlsafe(60))'",
        )
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        yield _error(
            "004",
            "ALLOWED_HOSTS is empty or allows every name in production.",
            "Name the hosts of the portal: ALLOWED_HOSTS=legitymacja.example.edu",
        )
    if not (settings.INSTITUTION_ADDRESS and settings.HELP_EMAIL and settings.DPO_EMAIL):
        yield _warning(
            "003",
            "The privacy notice and the accessibility statement name no address or nobody to write to.",
            "Set INSTITUTION_ADDRESS, HELP_EMAIL and DPO_EMAIL (GDPR, art. 13; the law on digital accessibility).",
        )
    if undecided := [
        f"KEEP_{name.upper()}_MONTHS" for name, number in settings.RETENTION_MONTHS.items() if not number
    ]:
        yield _warning(
            "008",
            f"What is over is kept for ever: {', '.join(undecided)} not set.",
            "Set how many months each is kept (GDPR, art. 5(1)(e); docs/privacy.md).",
        )
    portal = urlsplit(settings.PORTAL_URL)
    if (
        portal.scheme != "https"
        or not portal.hostname
        or portal.path
        or transport_encryption.is_loopback(portal.hostname)
    ):
        yield _error(
            "016",
            "PORTAL_URL is not an https address without a path: links in e-mails would lead nowhere.",
            "Name where people find the portal: PORTAL_URL=https://legitymacja.example.edu",
        )
    address = urlsplit(settings.MDOKUMENTY_URL)
    if transport_encryption.is_loopback(address.hostname or ""):
        yield _warning(
            "001",
            "MDOKUMENTY_URL points to this machine: that is the sandbox, whose documents are worth nothing.",
            "Set MDOKUMENTY_URL to the ministry's address.",
        )
    elif not settings.MDOKUMENTY_CERTIFICATE and not settings.MDOKUMENTY_KEY:
        yield _warning(
            "002",
            "No client certificate is set, and mDokumenty asks for one.",
            "Set MDOKUMENTY_CERTIFICATE and MDOKUMENTY_KEY to PEM files.",
        )


def _keys() -> Iterator[CheckMessage]:
    if not settings.FIELD_ENCRYPTION_KEYS or not all(map(_is_fernet_key, settings.FIELD_ENCRYPTION_KEYS)):
        yield _error(
            "005",
            "FIELD_ENCRYPTION_KEYS has no key, or one that is not 32 bytes in URL-safe base64.",
            "Make one: python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'",
        )
    if len(settings.FIELD_INDEX_KEY) < _SHORTEST_INDEX_KEY:
        yield _error(
            "006",
            f"FIELD_INDEX_KEY is shorter than {_SHORTEST_INDEX_KEY} characters.",
            "Set a random one: python -c 'import secrets; print(secrets.token_urlsafe(48))'",
        )


def _mdokumenty() -> Iterator[CheckMessage]:
    address = urlsplit(settings.MDOKUMENTY_URL)
    if address.scheme not in {"http", "https"} or not address.hostname:
        yield _error("007", "MDOKUMENTY_URL is not an http or https address.", "Set MDOKUMENTY_URL=https://…")
    elif address.scheme == "http" and not transport_encryption.is_loopback(address.hostname):
        yield _error(
            "008",
            "MDOKUMENTY_URL is plain http to another machine: PESELs would travel in the open.",
            "Use https; plain http is for loopback addresses only.",
        )
    if bool(settings.MDOKUMENTY_CERTIFICATE) != bool(settings.MDOKUMENTY_KEY):
        yield _error(
            "009",
            "Of MDOKUMENTY_CERTIFICATE and MDOKUMENTY_KEY only one is set.",
            "Set both to PEM files, or neither.",
        )
    absent = [
        name
        for name in ("MDOKUMENTY_CERTIFICATE", "MDOKUMENTY_KEY", "MDOKUMENTY_CA")
        if getattr(settings, name) and not Path(getattr(settings, name)).is_file()
    ]
    for name in absent:
        yield _error("010", f"{name} names a file that is not there.", "Check the path and who may read it.")
    if not absent and bool(settings.MDOKUMENTY_CERTIFICATE) == bool(settings.MDOKUMENTY_KEY):
        yield from certificate_checks.problems()


def _university() -> Iterator[CheckMessage]:
    from students.conditions import RULES  # has models: not before the apps are loaded

    if settings.ELIGIBILITY_RULES not in RULES:
        yield _error(
            "011",
            f"ELIGIBILITY_RULES is “{settings.ELIGIBILITY_RULES}”, which is no set of rules.",
            f"Choose one of: {', '.join(RULES)}.",
        )
    if not settings.INSTITUTION_CODE or not settings.INSTITUTION_NAME:
        yield _error(
            "012",
            "INSTITUTION_CODE or INSTITUTION_NAME is empty.",
            "Set them as agreed with the ministry.",
        )


def _photos() -> Iterator[CheckMessage]:
    width, height = settings.PHOTO_FRAME
    least, greatest = settings.PHOTO_PROPORTIONS
    if not (width > 0 and least <= height / width <= greatest and height >= width):
        yield _error(
            "019",
            f"PHOTO_FRAME {width}x{height} is outside PHOTO_PROPORTIONS {least:g}-{greatest:g}, or wider than high: "
            "every photo that is cut to it would be refused.",
            "Set PHOTO_FRAME to width and height within these proportions: PHOTO_FRAME=35x45",
        )
    if not all(
        small <= large for small, large in zip(settings.PHOTO_SMALLEST, settings.PHOTO_LARGEST, strict=True)
    ):
        yield _error(
            "020",
            "PHOTO_SMALLEST is larger than PHOTO_LARGEST: every photo would be refused.",
            "Set PHOTO_LARGEST to at least PHOTO_SMALLEST.",
        )


def _numbers() -> Iterator[CheckMessage]:
    names = ("MDOKUMENTY_TIMEOUT", "ENGINE_TICK", "ENGINE_CONNECTIONS", "ENGINE_LEASE", "ENGINE_WORKERS")
    for name in names:
        if getattr(settings, name) <= 0:
            yield _error("013", f"{name} is not more than 0.", "Unset it to have the default.")
    longest = _CALLS_IN_A_BATCH * settings.MDOKUMENTY_TIMEOUT
    if longest >= settings.ENGINE_LEASE:
        yield _error(
            "014",
            f"ENGINE_LEASE is {settings.ENGINE_LEASE:g} s, but a worker may wait for mDokumenty for {longest:g} s: "
            "a second worker would take its orders meanwhile.",
            f"Set ENGINE_LEASE to more than {_CALLS_IN_A_BATCH} × MDOKUMENTY_TIMEOUT.",
        )


def _database() -> Iterator[CheckMessage]:
    if settings.DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
        yield _error(
            "015",
            "DATABASE_URL is not a PostgreSQL database.",
            "Set DATABASE_URL=postgresql://user:password@host/name",
        )


def _catalogues() -> Iterator[CheckMessage]:
    for source in catalogues.stale():
        yield _error(
            "018",
            f"{source} has changed since it was compiled, or never was: pages would lack words in its language.",
            "Run: manage.py compilemessages",
        )


def _push() -> Iterator[CheckMessage]:
    from notifications.push import vapid

    try:
        vapid.public_key()
    except ValueError:
        yield _error(
            "017",
            "PUSH_KEY is not 32 bytes in URL-safe base64.",
            "Make one: python -c 'import base64, secrets; "
            'print(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("="))\'',
        )
    if settings.PRODUCTION and not vapid.is_on():
        yield _warning(
            "004",
            "PUSH_KEY is not set: students cannot have their phones show messages.",
            "Set it, and keep it for good (docs/deployment.md).",
        )


def _is_fernet_key(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True


def _error(number: str, message: str, hint: str) -> Error:
    return Error(message, hint=hint, id=f"mlegitymacja.E{number}")


def _warning(number: str, message: str, hint: str) -> Warning:
    return Warning(message, hint=hint, id=f"mlegitymacja.W{number}")
