"""Events of second factors: their owner is told, and what was still missing is there."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
)
from django.http import HttpRequest

from accounts import audit, events, failures, second_factor
from accounts.event_models import EventKind
from students.models import User

_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def connect() -> None:
    """Connect to the signals of django-allauth; called once, when the apps are ready."""
    authenticator_added.connect(_added, dispatch_uid="accounts.factor_added")
    authenticator_removed.connect(_removed, dispatch_uid="accounts.factor_removed")
    authenticator_reset.connect(_codes_made, dispatch_uid="accounts.codes_made")
    authentication_failed.connect(_failed, dispatch_uid="accounts.factor_failed")


def _added(request: HttpRequest, user: User, authenticator: Authenticator, **_kwargs: Any) -> None:
    if authenticator.type not in _FACTORS:
        return  # recovery codes come with the first factor
    second_factor.note_added(request)
    audit.record(user, "factor_added", request, str(authenticator))
    events.record(user, EventKind.FACTOR_ADDED, request, detail=str(authenticator))


def _removed(request: HttpRequest, user: User, authenticator: Authenticator, **_kwargs: Any) -> None:
    if authenticator.type in _FACTORS:
        audit.record(user, "factor_removed", request, str(authenticator))
        events.record(user, EventKind.FACTOR_REMOVED, request, detail=str(authenticator))


def _codes_made(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    events.record(user, EventKind.CODES_MADE, request)


def _failed(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    failures.record(user, request, "factor", "factor")
