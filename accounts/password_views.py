"""Passwords: accepting an invitation, asking for a new one, changing one's own. Django's views in the portal's
words."""

from datetime import timedelta
from typing import Any

from allauth.account.views import ReauthenticateView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView

from accounts import events, links, login_throttle, signing_in
from accounts.event_models import AccountEvent, EventKind
from accounts.forms import ChangePasswordForm, ForgottenPasswordForm, NewPasswordForm
from students.models import User

_BETWEEN_RESETS = timedelta(minutes=5)  # e-mails to one account


class WithPasswords:
    """Mixin: answers 404 where the university's sign-in is the only way in (setting PASSWORDS)."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Check the setting."""
        if not settings.PASSWORDS:
            raise Http404
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return response


class GivePasswordAgain(WithPasswords, ReauthenticateView):  # type: ignore[misc]  # the library has no types
    """Confirm with the password that it is still the same person."""


class ForgottenPassword(WithPasswords, FormView[ForgottenPasswordForm]):
    """Ask for a link by e-mail. The answer is the same whether there is such an account or not."""

    form_class = ForgottenPasswordForm
    template_name = "accounts/forgotten_password.html"
    success_url = reverse_lazy("forgotten_password_sent")

    def form_valid(self, form: ForgottenPasswordForm) -> HttpResponse:
        """Have a link sent to the accounts with this login or e-mail address. Raises TooManyRequests."""
        asked = form.cleaned_data["login"]
        login_throttle.begin(f"reset {asked}", self.request)
        found = User.objects.with_login(asked) | User.objects.filter(email__iexact=asked)
        lately = AccountEvent.objects.filter(
            kind=EventKind.RESET_ASKED, at__gt=timezone.now() - _BETWEEN_RESETS
        )
        for user in found.filter(~Q(email=""), is_active=True).exclude(pk__in=lately.values("user"))[:5]:
            events.record(user, EventKind.RESET_ASKED, self.request)
        return super().form_valid(form)


class ForgottenPasswordSent(WithPasswords, TemplateView):
    """Page that says what to do now."""

    template_name = "accounts/forgotten_password_sent.html"


class _SetPassword(WithPasswords, auth_views.PasswordResetConfirmView):
    """Set a password by a link, and sign in: by way of the second factor, where the account has one.

    The token leaves the address for the session at once, so that it is in no history and no Referer.
    """

    form_class = NewPasswordForm
    template_name = "accounts/set_password.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the account whose password it is; None behind a link that does not work."""
        return {**super().get_context_data(**kwargs), "owner": self.user}

    def form_valid(self, form: Any) -> HttpResponse:
        """Save the password; sessions and tokens from before end (accounts.credentials)."""
        user: User = form.save()
        del self.request.session[auth_views.INTERNAL_RESET_SESSION_TOKEN]
        messages.success(self.request, _("Hasło zostało ustawione."))
        return signing_in.with_password(self.request, user, "/")


class SetForgottenPassword(_SetPassword):
    """Set a new password instead of a forgotten one."""

    token_generator = links.reset_tokens


class AcceptInvitation(_SetPassword):
    """Set the first password; whose account it is stands on the page."""

    token_generator = links.invitation_tokens
    extra_context = {"is_invitation": True}


class ChangePassword(WithPasswords, auth_views.PasswordChangeView):
    """Change one's own password; other sessions and all tokens end."""

    form_class = ChangePasswordForm
    template_name = "accounts/change_password.html"
    success_url = reverse_lazy("security")

    def form_valid(self, form: Any) -> HttpResponse:
        """Save it, and say what ended."""
        messages.success(
            self.request,
            _("Hasło zostało zmienione. Inne urządzenia wylogowano, a tokeny i aplikacje odłączono."),
        )
        return super().form_valid(form)
