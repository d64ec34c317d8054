"""System checks of how people sign in. An error stops the start."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Warning


@checks.register
def check_sign_in(app_configs: Sequence[Any] | None, **_options: Any) -> list[CheckMessage]:
    """Check the settings of the university's sign-in, of passwords and of second factors."""
    return [*_university(), *_matching(), *_strength()]


def _university() -> Iterator[CheckMessage]:
    if not settings.PASSWORDS and not settings.UNIVERSITY_SIGN_IN:
        yield Error(
            "PASSWORDS is off and UNIVERSITY_SIGN_IN is empty: nobody could sign in.",
            hint="Set UNIVERSITY_SIGN_IN=cas or oidc, or unset PASSWORDS.",
            id="accounts.E001",
        )
    name = {"cas": "CAS_URL", "oidc": "OIDC_ISSUER"}.get(settings.UNIVERSITY_SIGN_IN)
    if name and not _is_safe(getattr(settings, name)):
        yield Error(
            f"{name} is no https address: anybody on the way could sign in as anybody.",
            hint=f"Set {name}=https://…; plain http is for this machine only.",
            id="accounts.E002",
        )
    if settings.UNIVERSITY_SIGN_IN == "oidc" and not (
        settings.OIDC_CLIENT_ID and settings.OIDC_CLIENT_SECRET and "openid" in settings.OIDC_SCOPES.split()
    ):
        yield Error(
            "OIDC_CLIENT_ID or OIDC_CLIENT_SECRET is empty, or OIDC_SCOPES lacks “openid”.",
            hint="Register the portal at the university's server, and set what it gives.",
            id="accounts.E003",
        )


def _matching() -> Iterator[CheckMessage]:
    has_esi = bool(settings.ESI_INSTITUTION and settings.SIGN_IN_ATTRIBUTE)
    if settings.UNIVERSITY_SIGN_IN and settings.SIGN_IN_MATCH == "esi" and not has_esi:
        yield Error(
            "SIGN_IN_MATCH is “esi”, but ESI_INSTITUTION or SIGN_IN_ATTRIBUTE is empty.",
            hint="For example ESI_INSTITUTION=example.edu SIGN_IN_ATTRIBUTE=schacPersonalUniqueCode",
            id="accounts.E004",
        )
    if settings.SIGN_IN_ROLES and not settings.SIGN_IN_ROLE_ATTRIBUTE:
        yield Error(
            "SIGN_IN_ROLES maps values of no attribute: everybody would lose these roles.",
            hint="Set SIGN_IN_ROLE_ATTRIBUTE, for example eduPersonEntitlement.",
            id="accounts.E005",
        )
    if bool(settings.SIGN_IN_FACTOR_ATTRIBUTE) != bool(settings.SIGN_IN_FACTOR_VALUES):
        yield Error(
            "Of SIGN_IN_FACTOR_ATTRIBUTE and SIGN_IN_FACTOR_VALUES only one is set.",
            hint="Set both, or neither: then staff use a second factor of the portal.",
            id="accounts.E006",
        )


def _strength() -> Iterator[CheckMessage]:
    if settings.PRODUCTION and settings.SECOND_FACTOR != "staff":
        yield Warning(
            "SECOND_FACTOR is “optional” in production: a password alone opens the office.",
            hint="Unset SECOND_FACTOR.",
            id="accounts.W001",
        )
    if settings.PRODUCTION and not (settings.HELP_EMAIL or settings.HELP_PHONE):
        yield Warning(
            "The sign-in page names nobody to ask.",
            hint="Set HELP_EMAIL or HELP_PHONE.",
            id="accounts.W002",
        )


def _is_safe(url: str) -> bool:
    address = urlsplit(url)
    is_here = address.hostname in {"localhost", "127.0.0.1", "::1"}
    return bool(address.hostname) and (address.scheme == "https" or (address.scheme == "http" and is_here))
