"""Sign-ins in the copy of a student's data: what says when and where from; nothing that opens the account."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import QuerySet

from accounts.models import AccountEvent, KnownDevice, Session
from students import data_copy
from students.models import Student


def register() -> None:
    """Register the parts; called once, when the apps are ready."""
    data_copy.register("sessions", _sessions)
    data_copy.register("known_devices", _known_devices)
    data_copy.register("account_events", _events)
    data_copy.register("second_factors", _factors)


def _sessions(student: Student) -> list[dict[str, Any]]:
    return _rows(
        Session.objects.filter(user=student.user_id), "created_at", "last_seen_at", "device", "network"
    )


def _known_devices(student: Student) -> list[dict[str, Any]]:
    return _rows(KnownDevice.objects.filter(user=student.user_id), "last_seen_at", "name")


def _events(student: Student) -> list[dict[str, Any]]:
    found = AccountEvent.objects.filter(user=student.user_id)
    return _rows(found, "at", "kind", "detail", "device", "network", "email_sent_at")


def _factors(student: Student) -> list[dict[str, Any]]:
    return _rows(Authenticator.objects.filter(user=student.user_id), "created_at", "type", "last_used_at")


def _rows(found: "QuerySet[Any]", by: str, *more: str) -> list[dict[str, Any]]:
    return [dict(row) for row in found.order_by(by, "pk").values(by, *more)]
