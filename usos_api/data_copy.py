"""Applications in the copy of a student's data: what was consented to, and how long each has had access."""

from typing import Any

from django.db.models import F

from students.models import Student
from usos_api.models import AccessToken, Consent


def applications_of(student: Student) -> dict[str, list[dict[str, Any]]]:
    """Return the consents of a student, and the accesses that came of them, without their keys."""
    consents = Consent.objects.of_user(student.user).order_by("given_at")
    accesses = AccessToken.objects.filter(user=student.user_id).order_by("created_at")
    named = {"application": F("consumer__name")}
    moments = ("created_at", "expires_at", "revoked_at", "last_used_at")
    return {
        "consents": [dict(row) for row in consents.values("scopes", "given_at", **named)],
        "accesses": [dict(row) for row in accesses.values("scopes", *moments, **named)],
    }
