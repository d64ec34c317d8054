"""Permissions-Policy header: the page for scanning cards may use the camera; no page needs anything else."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

_UNUSED = ("camera", "microphone", "geolocation", "payment", "usb", "display-capture")
_POLICY = ", ".join(f"{feature}=()" for feature in _UNUSED)
_WITH_CAMERA = _POLICY.replace("camera=()", "camera=(self)")
_PAGES_WITH_CAMERA = {"admin:students_studentcard_scan"}


def permissions_policy(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Set the Permissions-Policy header on every response."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        found = request.resolver_match
        camera = found is not None and found.view_name in _PAGES_WITH_CAMERA and response.status_code == 200
        response.headers.setdefault("Permissions-Policy", _WITH_CAMERA if camera else _POLICY)
        return response

    return middleware
