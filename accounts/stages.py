"""Stage of a sign-in: the second factor of an account that has one, unless the university vouches for its own."""

from allauth.mfa.stages import AuthenticateStage
from django.http import HttpRequest

from accounts import signing_in


class SecondFactorStage(AuthenticateStage):  # type: ignore[misc]  # the library has no types
    """django-allauth's stage, left out where the university's sign-in has checked a second factor itself."""

    def _should_handle(self, request: HttpRequest) -> bool:
        return not signing_in.vouched_for(request) and bool(super()._should_handle(request))
