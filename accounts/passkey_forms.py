"""Forms that take a passkey (setting MFA_FORMS): what is no passkey at all is refused as a wrong one is.

The library reads what a browser has sent field by field, and fails in its own ways where something else was sent.
"""

import struct
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms
from django.forms import CharField, Form, HiddenInput, JSONField

from students.names import validate_visible

_UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, RecursionError, struct.error)


class _CredentialField(JSONField):
    """Field of a passkey; JSON that is nested too deeply for Python is no JSON either."""

    def to_python(self, value: Any) -> Any:
        """Return what was sent, parsed."""
        try:
            return super().to_python(value)
        except RecursionError as error:
            raise get_adapter().validation_error("incorrect_code") from error

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Return what the field shows again: nothing, as a passkey is used once."""
        return initial


class _WithCredential(Form):
    """Base of the forms: the field."""

    credential = _CredentialField(widget=HiddenInput)


class _Read(_WithCredential):
    """Mixin: refuses what cannot be read. Not a ValueError, a ValidationError goes on as it is."""

    def clean_credential(self) -> Any:
        """Return the authenticator whose passkey it is."""
        try:
            return super().clean_credential()  # type: ignore[misc]
        except _UNREADABLE as error:
            raise get_adapter().validation_error("incorrect_code") from error


class SignInForm(_Read, forms.LoginWebAuthnForm):  # type: ignore[misc]  # the library has no types
    """A passkey in place of login and password."""


class SecondFactorForm(_Read, forms.AuthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey after the password."""


class ConfirmationForm(_Read, forms.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey that confirms that it is still the same person."""


class NewPasskeyForm(_WithCredential, forms.AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey, with the name by which its owner will know it."""

    name = CharField(required=False, max_length=60, validators=[validate_visible])

    def clean(self) -> Any:
        """Check that it is one."""
        try:
            return super().clean()
        except _UNREADABLE as error:
            raise get_adapter().validation_error("incorrect_code") from error
