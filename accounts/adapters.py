"""Adapters of django-allauth: where its stages, second factors and rate limits meet the portal."""

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import second_factor
from accounts.client_address import address_of
from accounts.university import providers
from students import encryption
from students.models import User
from students.user_agents import device_of


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # the library has no types
    """Adapter of accounts: there is no sign-up, and e-mails are the portal's own (accounts.events)."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": _("Zbyt wiele prób. Spróbuj ponownie za kilka minut."),
        "rate_limited": _("Zbyt wiele prób. Spróbuj ponownie za kilka minut."),
        "incorrect_password": _("Nieprawidłowe hasło."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: accounts come from the import."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the client's address, as far as our own proxies state it."""
        return address_of(request) or "0.0.0.0"  # noqa: S104  # no address to listen on

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing: the portal's pages say what happened."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Send nothing: signals of the same events lead to the portal's e-mails."""

    def get_login_stages(self) -> list[str]:
        """Return the one stage: the second factor."""
        return ["accounts.stages.SecondFactorStage"]

    def get_reauthentication_methods(self, user: User | AnonymousUser) -> list[dict[str, Any]]:
        """Add the university's sign-in, which is the only way for who has neither password nor factor; leave out the
        password where none are used."""
        methods: list[dict[str, Any]] = [
            method
            for method in super().get_reauthentication_methods(user)
            if settings.PASSWORDS or method["id"] != "reauthenticate"
        ]
        if providers.active() and user.is_authenticated:
            methods.append(
                {
                    "id": "university",
                    "description": _("Zaloguj się ponownie przez uczelnię"),
                    "url": reverse("university_reauthenticate"),
                }
            )
        return methods

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Return whether the password, a factor or the university's sign-in was last given too long ago."""
        return not recently_authenticated(context.request)


def recently_authenticated(request: HttpRequest) -> bool:
    """Return whether a password, a factor or the university's sign-in was given in this session within
    REAUTHENTICATION_TIMEOUT (5 minutes)."""
    records = get_authentication_records(request, request.user)
    last = max((record["at"] for record in records), default=0.0)
    return bool(time.time() - last < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Adapter of second factors: their secrets are encrypted as other fields are."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("Nieprawidłowy kod. Przepisz ten, który aplikacja pokazuje teraz."),
        "cannot_delete_authenticator": _(
            "Tego składnika nie można usunąć, bo na Twoim koncie jest wymagany. Najpierw dodaj inny."
        ),
    }

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Return whether a factor may go: not the last one of an account that needs one."""
        return second_factor.can_be_removed(context.request, authenticator)

    def encrypt(self, text: str) -> str:
        """Encrypt a secret with FIELD_ENCRYPTION_KEYS."""
        return encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Decrypt a secret. Raises ValueError when no key fits."""
        return encryption.decrypt(encrypted_text)

    def get_totp_issuer(self) -> str:
        """Return the name that the authenticator app shows."""
        return settings.INSTITUTION_NAME

    def get_totp_label(self, user: User) -> str:
        """Return the account's login, not its e-mail address: that may change."""
        return user.get_username()

    def generate_authenticator_name(self, user: User, type: Any) -> str:
        """Return the name offered for a new passkey: the device's."""
        return device_of(context.request)

    def _get_site_name(self) -> str:
        return settings.INSTITUTION_NAME
