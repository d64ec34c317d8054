"""Clear-Site-Data header: signing out makes the browser drop what it has kept of pages."""

from collections.abc import Callable

from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest
from django.http.response import HttpResponseBase

# Its HTTP cache and back-forward cache. "storage" would take the service worker and the messages to this device along,
# "cookies" the language.
_DROPPED = '"cache"'
_SIGNED_OUT = "portal.signed_out"  # in `request.META`


@receiver(user_logged_out, dispatch_uid="mlegitymacja_portal.signed_out")
def _note(request: HttpRequest | None, **_kwargs: object) -> None:
    if request is not None:
        request.META[_SIGNED_OUT] = True


def drop_pages(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Set the Clear-Site-Data header on the response to a sign-out, wherever in the portal it was."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if _SIGNED_OUT in request.META:
            response["Clear-Site-Data"] = _DROPPED
        return response

    return middleware
