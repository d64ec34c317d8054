"""Forms for the PushSubscription of a browser: only addresses that can be sent to are accepted."""

import binascii

from cryptography.hazmat.primitives.asymmetric import ec
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from py_vapid.utils import b64urldecode

from notifications.push.models import Address
from notifications.push.services import origin_of

_AUTH_BYTES = 16  # RFC 8291, 3.2


class PushSubscriptionForm(forms.Form):
    """Members of a PushSubscription."""

    endpoint = forms.CharField(max_length=2000)
    p256dh = forms.CharField(max_length=100)
    auth = forms.CharField(max_length=30)
    old_endpoint = forms.CharField(max_length=2000, required=False)  # the one that it replaces

    def clean_endpoint(self) -> str:
        """Accept endpoints of known push services only."""
        endpoint = str(self.cleaned_data["endpoint"])
        try:
            origin_of(endpoint)
        except ValueError:
            raise ValidationError(
                _("Nie znamy serwera powiadomień tej przeglądarki, więc nie możemy do niej pisać.")
            ) from None
        return endpoint

    def clean_p256dh(self) -> str:
        """Accept a point of the curve P-256 only: nothing else can be encrypted to."""
        text = str(self.cleaned_data["p256dh"])
        try:
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _decoded(text))
        except ValueError:
            raise ValidationError(_("Przeglądarka podała nieprawidłowy klucz.")) from None
        return text

    def clean_auth(self) -> str:
        """Accept a secret of 16 bytes only (RFC 8291, 3.2)."""
        text = str(self.cleaned_data["auth"])
        try:
            is_right = len(_decoded(text)) == _AUTH_BYTES
        except ValueError:
            is_right = False
        if not is_right:
            raise ValidationError(_("Przeglądarka podała nieprawidłowy klucz."))
        return text

    def address(self) -> Address:
        """Return the validated address."""
        data = self.cleaned_data
        return Address(str(data["endpoint"]), str(data["p256dh"]), str(data["auth"]))


class PushSubscriptionChangeForm(PushSubscriptionForm):
    """PushSubscription that replaces another, after the browser's pushsubscriptionchange event."""

    old_endpoint = forms.CharField(max_length=2000)


def _decoded(text: str) -> bytes:
    """Decode URL-safe base64 without padding. Raises ValueError for anything else."""
    try:
        decoded: bytes = b64urldecode(text.encode("ascii"))
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("not base64") from error
    return decoded
