"""Signing in and out, and the start page: Django's own accounts in the portal's frame and words."""

from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm, UsernameField
from django.contrib.auth.views import LoginView, LogoutView
from django.forms import CharField, PasswordInput, TextInput
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from mdocs.page import page_state
from mlegitymacja_portal import attempts
from students.models import User


class SignInForm(AuthenticationForm):
    """Username and password; what is wrong is never said more precisely than that the two do not match."""

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
    """Sign in; `next` is followed only within the portal. The ids of the inputs are part of the stable surface."""

    template_name = "accounts/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_form_kwargs(self) -> dict[str, Any]:
        """Give the inputs the ids `username` and `password`."""
        return {**super().get_form_kwargs(), "auto_id": "%s"}

    @method_decorator(attempts.limited)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Take no more guesses for a while where there were many."""
        return super().dispatch(request, *args, **kwargs)


@require_safe
@login_required
@cache_control(private=True, no_store=True)
def start(request: HttpRequest) -> HttpResponse:
    """Show a student how it is with the mLegitymacja and what to do next; show anybody else what can be done here."""
    page = page_state.build(cast(User, request.user), timezone.now())
    return render(request, "start.html", {"page": page, "is_student": page.is_student})


urlpatterns = [
    path("", start, name="start"),
    path("logowanie/", SignIn.as_view(), name="login"),
    path("wylogowanie/", LogoutView.as_view(), name="logout"),
]
