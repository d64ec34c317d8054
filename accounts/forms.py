"""Forms of signing in, and of passwords; an error never says whether there is such an account."""

from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import (
    AuthenticationForm,
    PasswordChangeForm,
    SetPasswordForm,
    UsernameField,
)
from django.contrib.auth.password_validation import (
    get_default_password_validators,
    password_validators_help_text_html,
)
from django.forms import CharField, Form, PasswordInput, TextInput
from django.utils.translation import gettext_lazy as _

from accounts import audit, login_throttle
from accounts.password_validation import StaffLengthValidator
from students.models import User


class _Throttled(AuthenticationForm):
    """Django's form, whose attempts are counted (accounts.login_throttle). Raises AttemptRefused."""

    def clean(self) -> dict[str, Any]:
        """Check the password, unless there were too many attempts."""
        login = self.cleaned_data.get("username")
        if not login or self.request is None:
            return super().clean()
        try:
            attempt = login_throttle.begin(login, self.request)
        except login_throttle.AttemptRefused as refused:
            if refused.is_first:  # not each: whoever guesses must not fill the log
                audit.record_failure(login, self.request, "too_many")
            raise
        cleaned = super().clean()
        attempt.succeeded()
        return cleaned


class SignInForm(_Throttled):
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


class OfficeSignInForm(_Throttled, AdminAuthenticationForm):
    """The admin's form, with the same count of attempts."""


class ForgottenPasswordForm(Form):
    """The login or e-mail address of who has forgotten the password."""

    login = CharField(
        label=_("Nazwa użytkownika albo adres e-mail"),
        max_length=254,
        widget=TextInput(attrs={"autocomplete": "username", "autofocus": True}),
        error_messages={"required": _("Wpisz nazwę użytkownika albo adres e-mail.")},
    )


class NewPasswordForm(SetPasswordForm):  # type: ignore[type-arg]  # generic for the checker only
    """A new password, twice, with its rules as a list under the first field, and words of ours for the fields."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.describe(self.user)

    def save(self, commit: bool = True) -> Any:
        """Write the password alone: Django would take back what has become of the account meanwhile."""
        user = super().save(commit=False)
        if commit:
            user.save(update_fields=["password"])
        return user

    def describe(self, user: User | None) -> None:
        """Set labels and the help of the new password's two fields: the rules for this user; without one (a link that
        is over) those of everybody."""
        first, again = self.fields["new_password1"], self.fields["new_password2"]
        first.label, again.label = _("Nowe hasło"), _("Powtórz nowe hasło")
        rules = [
            rule
            for rule in get_default_password_validators()
            if (user is not None and user.is_staff) or not isinstance(rule, StaffLengthValidator)
        ]
        first.help_text, again.help_text = password_validators_help_text_html(rules), ""


class ChangePasswordForm(NewPasswordForm, PasswordChangeForm):
    """The present password and a new one, twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = _("Obecne hasło")
