"""Sign-in views: Django's own, in the portal's frame and words."""

from typing import Any

from django.contrib.auth.forms import AuthenticationForm, UsernameField
from django.contrib.auth.views import LoginView
from django.forms import CharField, PasswordInput, TextInput
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

from accounts import login_throttle


class SignInForm(AuthenticationForm):
    """Username and password; an error never says which of the two is wrong."""

    username = UsernameField(
        label=_("Nazwa użytkownika"),
        widget=TextInput(attrs={"autofocus": True}),
        error_messages={"required": _("Wpisz nazwę użytkownika.")},
    )
    password = CharField(
        label=_("Hasło"),
        strip=False,
        widget=PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("Wpisz hasło.")},
    )
    error_messages = {
        "invalid_login": _(
            "Nieprawidłowa nazwa użytkownika lub hasło. Sprawdź, czy nie jest włączony Caps Lock."
        ),
        "inactive": _("To konto jest nieaktywne. Zgłoś się do dziekanatu."),
    }


class SignIn(LoginView):
    """Sign-in view; redirects to `next` within the portal only.

    The ids of the inputs are part of the stable surface.
    """

    template_name = "accounts/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_form_kwargs(self) -> dict[str, Any]:
        """Set the ids of the inputs to `username` and `password`."""
        return {**super().get_form_kwargs(), "auto_id": "%s"}

    @method_decorator(login_throttle.limited)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Apply the login throttle."""
        return super().dispatch(request, *args, **kwargs)
