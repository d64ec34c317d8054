"""Authentication by personal access token.

Browsers use their session, which Django REST framework checks.
"""

from auditlog.context import auditlog_value
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from api import keys
from api.models import Token
from api.problems import Problem
from students.models import User

SCHEME = "Bearer"
_WRONG = {"WWW-Authenticate": f'{SCHEME} error="invalid_token"'}


class BearerToken(BaseAuthentication):
    """Authenticate by a personal access token, with one query."""

    def authenticate(self, request: Request) -> tuple[User, Token] | None:
        """Return the token's user and the token; None without one. Raises Problem for an invalid token."""
        scheme, _space, given = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != SCHEME.lower():
            return None
        key, now = given.strip(), timezone.now()
        token = Token.objects.select_related("user").filter(key_hash=keys.hash_of(key)).first()
        if token is None or not token.works_at(now) or not token.user.is_active:
            raise Problem("invalid_token", headers=_WRONG)
        token.note_use(now)
        # Audit log entries of this call name the token's user, not the one signed in in the same browser.
        auditlog_value.get({}).update(actor=token.user)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """Return the scheme, for the 401 response."""
        return SCHEME
