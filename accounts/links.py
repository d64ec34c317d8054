"""Links to set a password: of an invitation (7 days) and of a forgotten password (an hour).

A link works once: it holds a hash over the password and the last sign-in, which setting a password changes. Nothing of
it is stored. The e-mail's text is written when it is sent, so the time begins then.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import base36_to_int, urlsafe_base64_encode

from students.models import User

INVITATION_LASTS = timedelta(days=7)
RESET_LASTS = timedelta(hours=1)


class LinkTokens(PasswordResetTokenGenerator):
    """Django's tokens with a purpose and a life of their own; PASSWORD_RESET_TIMEOUT is the longest of them."""

    def __init__(self, purpose: str, lasts: timedelta) -> None:
        super().__init__()
        self.key_salt = f"accounts.links.{purpose}"
        self._lasts = lasts

    def check_token(self, user: Any, token: str | None) -> bool:
        """Return whether the token is this user's, unused and young enough."""
        if not super().check_token(user, token) or not token:
            return False
        made_at = base36_to_int(token.partition("-")[0])
        return self._num_seconds(self._now()) - made_at <= self._lasts.total_seconds()


invitation_tokens = LinkTokens("invitation", INVITATION_LASTS)
reset_tokens = LinkTokens("reset", RESET_LASTS)


def invitation_link(user: User) -> str:
    """Return the address at which an invited person sets a password."""
    return _link("accept_invitation", user, invitation_tokens)


def reset_link(user: User) -> str:
    """Return the address at which somebody sets a new password instead of a forgotten one."""
    return _link("set_password", user, reset_tokens)


def _link(name: str, user: User, tokens: LinkTokens) -> str:
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return f"{settings.PORTAL_URL}{reverse(name, args=[uid, tokens.make_token(user)])}"
