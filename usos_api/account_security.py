"""Applications as the security page counts them, and the end of their tokens with everything that opens an account."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.credentials import access_ended
from accounts.security import Link, link
from students.models import User
from usos_api.models import AccessToken, Consent


def connect() -> None:
    """Connect to the end of an account's access; called once, when the apps are ready."""
    access_ended.connect(_end_tokens, dispatch_uid="usos_api.end_tokens")


@link
def applications_of(user: User) -> Link:
    """Return how many applications a user has allowed."""
    return Link(_("Połączone aplikacje"), Consent.objects.of_user(user).count(), reverse("usos_api:grants"))


def _end_tokens(user: User, **_kwargs: Any) -> None:
    """End the tokens. The consents stay: a new token needs a sign-in all the same."""
    AccessToken.objects.filter(user=user).revoke(timezone.now())
