"""Personal tokens in the copy of a student's data: what each may, and until when; not the token."""

from typing import Any

from api.models import Token
from students.models import Student


def tokens_of(student: Student) -> list[dict[str, Any]]:
    """Return the tokens of a student, the oldest first."""
    found = Token.objects.of_user(student.user).order_by("created_at")
    return [
        dict(row)
        for row in found.values("name", "scopes", "created_at", "expires_at", "last_used_at", "ended_at")
    ]
