"""Permissions of a call: its token's scope, and its user's permissions as in the dean's office."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from api.models import Token
from api.problems import Problem
from students.models import User


class MayCallPermission(BasePermission):
    """Require the view's `scopes` of a token and `permissions` of staff, both by method."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Return whether the caller is signed in and allowed; raise Problem with the reason where it is not."""
        if not request.user.is_authenticated:
            return False
        method = "GET" if request.method == "HEAD" else str(request.method)
        scope = view.scopes.get(method)
        if isinstance(request.auth, Token) and scope is not None and scope not in request.auth.scopes:
            raise Problem(
                "insufficient_scope",
                headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope.value}"'},
                scope=scope.value,
            )
        needed = view.permissions.get(method, ())
        if view.for_staff and not (request.user.is_staff and request.user.has_perms(needed)):
            raise Problem("permission_denied")
        return True


def user_of(request: Request) -> User:
    """Return the calling user. Raises Problem for an anonymous call, which `MayCallPermission` refuses earlier."""
    if not isinstance(request.user, User):
        raise Problem("not_authenticated")
    return request.user
