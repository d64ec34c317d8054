"""Known devices: a cookie by which a browser is recognised at the next sign-in."""

from secrets import token_urlsafe

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from accounts.device_models import KEPT, KnownDevice
from accounts.sessions import hash_of
from students.models import User
from students.user_agents import device_of

_NEW_KEY = "_device_key"  # attribute of a request whose answer brings the cookie


def known_device_hash(request: HttpRequest, login: str) -> str:
    """Return the key's hash of a browser in which the account with this login has signed in before; else ""."""
    if not (key := request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")):
        return ""
    found = KnownDevice.objects.filter(key_hash=hash_of(key), user__in=User.objects.with_login(login))
    return hash_of(key) if found.exists() else ""


def remember(request: HttpRequest, user: User) -> bool:
    """Remember the browser in which `user` signs in; return whether it is a new one of an account that has others."""
    key = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
    name = device_of(request)
    if key and KnownDevice.objects.filter(user=user, key_hash=hash_of(key)).update(
        last_seen_at=timezone.now(), name=name
    ):
        return False
    has_others = KnownDevice.objects.filter(user=user).exists()
    # A key of another account is not taken over: each browser has one, whoever uses it.
    key = key if len(key) == _LENGTH else token_urlsafe(32)
    KnownDevice.objects.create(user=user, key_hash=hash_of(key), name=name)
    setattr(request, _NEW_KEY, key)
    return has_others


def write_cookie(request: HttpRequest, response: HttpResponseBase) -> None:
    """Add the cookie of a browser that has just been remembered."""
    if key := getattr(request, _NEW_KEY, ""):
        response.set_cookie(
            settings.DEVICE_COOKIE_NAME,
            key,
            max_age=KEPT,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


_LENGTH = len(token_urlsafe(32))
