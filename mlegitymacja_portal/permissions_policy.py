"""Permissions-Policy header: no page of the portal needs a camera, a microphone or a location."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

_UNUSED = ("camera", "microphone", "geolocation", "payment", "usb", "display-capture")
_POLICY = ", ".join(f"{feature}=()" for feature in _UNUSED)


def permissions_policy(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Set the Permissions-Policy header on every response."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", _POLICY)
        return response

    return middleware
