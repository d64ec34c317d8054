"""Personal tokens as the security page counts them, and their end with everything else that opens an account."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.credentials import access_ended
from accounts.security import Link, link
from api.models import Token
from students.models import User


def connect() -> None:
    """Connect to the end of an account's access; called once, when the apps are ready."""
    access_ended.connect(_end_tokens, dispatch_uid="api.end_tokens")


@link
def tokens_of(user: User) -> Link:
    """Return how many tokens of a user work."""
    working = Token.objects.of_user(user).working_at(timezone.now())
    return Link(_("Tokeny dostępu dla programów"), working.count(), reverse("api:tokens"))


def _end_tokens(user: User, **_kwargs: Any) -> None:
    now = timezone.now()
    Token.objects.of_user(user).working_at(now).update(ended_at=now)
