"""Views that remove a second factor: one at a time, and not the last one of an account that needs one."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.views import DeactivateTOTPView
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts import second_factor
from students.models import User


class _OneAtATime:
    """Mixin: what a POST asks and removes, it does while it holds the account."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Remove the factor, if it may go."""
        assert isinstance(request.user, User)  # noqa: S101  # both views ask for a sign-in first
        with second_factor.removal(request.user):
            return super().post(request, *args, **kwargs)  # type: ignore[misc,no-any-return]


class RemoveApp(_OneAtATime, DeactivateTOTPView):  # type: ignore[misc]  # the library has no types
    """Removal of the app with codes; the library's form asks whether it may go."""


class RemovePasskey(_OneAtATime, RemoveWebAuthnView):  # type: ignore[misc]
    """Removal of a passkey, which asks what the library asks of apps only: whether it may go."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Remove it, unless it is the last factor of an account that needs one."""
        adapter = get_adapter()
        if adapter.can_delete_authenticator(self.get_object()):
            return super().form_valid(form)  # type: ignore[no-any-return]
        messages.error(self.request, adapter.error_messages["cannot_delete_authenticator"])
        return redirect("security")
