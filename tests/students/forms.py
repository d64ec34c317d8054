"""What a form of the admin has answered."""

from typing import Any


def errors(response: Any) -> dict[str, list[str]]:
    """Return the errors of the form that the answer shows once more, by field."""
    assert response.status_code == 200
    return dict(response.context["adminform"].form.errors)
