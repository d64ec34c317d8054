"""Second factor of staff: required for the office, unless the university's sign-in vouches for one.

Who is to have one and has none is signed in, and can do nothing but set it up (`accounts.middleware`).
"""

from collections.abc import Iterator
from contextlib import contextmanager

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.sessions import SIGN_IN
from students.models import User

MISSING = "second_factor_missing"  # key of a session
_WANTED = "second_factor_wanted"  # key of a session: the page that was asked for, which is shown afterwards
# What can be opened without: setting it up, and leaving.
OPEN_WITHOUT = frozenset(
    {
        "security",
        "logout",
        "set_language",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "account_reauthenticate",
        "university_reauthenticate",
        "help",
        "privacy",
        "accessibility",
        "manifest",
        "service_worker",
    }
)
_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def is_required(user: User) -> bool:
    """Return whether `user` may work only with a second factor (setting SECOND_FACTOR)."""
    return user.is_staff and settings.SECOND_FACTOR == "staff"


def has_one(user: User) -> bool:
    """Return whether the account has an authenticator app or a passkey."""
    return bool(Authenticator.objects.filter(user=user, type__in=_FACTORS).exists())


@contextmanager
def removal(user: User) -> Iterator[None]:
    """Hold the account in a transaction, in which a factor is asked about and removed: of two removals at once, the
    second one sees what the first has left."""
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).only("pk").get(pk=user.pk)
        yield


def can_be_removed(request: HttpRequest, factor: Authenticator) -> bool:
    """Return whether an account may do without this factor: another is left, none is required, or the university has
    vouched for its own. Else who knows the password alone could set up the next."""
    if not is_required(factor.user) or request.session.get(SIGN_IN, {}).get("second_factor"):
        return True
    others = Authenticator.objects.filter(user=factor.user, type__in=_FACTORS).exclude(pk=factor.pk)
    return bool(others.exists())


def note_sign_in(request: HttpRequest, user: User) -> None:
    """Note in the session, at sign-in, whether a second factor is still to be set up."""
    vouched = request.session.get(SIGN_IN, {}).get("second_factor", False)
    if is_required(user) and not vouched and not has_one(user):
        request.session[MISSING] = True


def note_wanted(request: HttpRequest) -> None:
    """Note the page that led to the sign-in, for who has to set up a second factor first."""
    wanted = request.GET.get(REDIRECT_FIELD_NAME, "")
    if wanted and url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()):
        request.session[_WANTED] = wanted


def take_wanted_page(request: HttpRequest) -> str:
    """Return the page to go on with once a second factor is set up, and forget it: what was asked for, else the front
    page."""
    return str(request.session.pop(_WANTED, None) or reverse("start"))


def note_added(request: HttpRequest) -> None:
    """Note that the account has a second factor now."""
    request.session.pop(MISSING, None)


def is_missing(request: HttpRequest) -> bool:
    """Return whether the session is one of somebody who has yet to set up a second factor."""
    return MISSING in request.session
