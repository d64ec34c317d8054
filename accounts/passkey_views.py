"""Views that take a passkey: what django-allauth refuses in silence is said, and who tried stays where they were."""

from typing import Any

from allauth.account.utils import passthrough_next_redirect_url
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.views import LoginWebAuthnView, ReauthenticateWebAuthnView
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import failures, signing_in

REFUSED = _(
    "Portal nie przyjął tego klucza: został usunięty z konta albo minął czas. Spróbuj jeszcze raz albo wybierz inny "
    "sposób."
)


def _back_to(request: HttpRequest, page: str) -> HttpResponse:
    """Say that the passkey was refused, and lead back to the page, which still knows where to go afterwards."""
    messages.error(request, REFUSED)
    return HttpResponseRedirect(passthrough_next_redirect_url(request, reverse(page), REDIRECT_FIELD_NAME))


class PasskeySignIn(LoginWebAuthnView):  # type: ignore[misc]  # the library has no types
    """Sign-in with a passkey alone."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Sign in; the library does it, past `signing_in`."""
        signing_in.note_passkey(self.request)
        return super().form_valid(form)  # type: ignore[no-any-return]

    def form_invalid(self, form: Any) -> HttpResponse:
        """Lead back to the sign-in page; whose key it was is not known."""
        failures.record(None, self.request, "passkey", "passkey")
        return _back_to(self.request, "login")


class PasskeyConfirmation(ReauthenticateWebAuthnView):  # type: ignore[misc]
    """Confirmation with a passkey that it is still the same person."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """Lead back to the question; the library would lead to the sign-in page, away from what was to be done."""
        return _back_to(self.request, "mfa_reauthenticate_webauthn")


class SecondFactor(AuthenticateView):  # type: ignore[misc]
    """Second step of a sign-in: a code or a passkey, of which the page offers what the account has."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say which factors there are: who has a passkey alone is not asked for the code of an app."""
        types = set(Authenticator.objects.filter(user=self.stage.login.user).values_list("type", flat=True))
        has = {
            "has_app": Authenticator.Type.TOTP in types,
            "has_passkey": Authenticator.Type.WEBAUTHN in types,
        }
        return {**super().get_context_data(**kwargs), **has}

    def form_invalid(self, form: Any) -> HttpResponse:
        """Show the page again; the code's own error stands beside the code."""
        if "code" not in self.request.POST:
            failures.record(self.stage.login.user, self.request, "passkey", "passkey")
            messages.error(self.request, REFUSED)
        return super().form_invalid(form)  # type: ignore[no-any-return]
