"""Transport of calls: in production everything that tells of somebody comes over HTTPS."""

from django.conf import settings
from django.http import HttpRequest


def is_in_the_open(request: HttpRequest) -> bool:
    """Return whether a request has come over plain HTTP where HTTPS is asked for.

    Such a request is refused, not redirected: a redirect would break its signature, and hide that the first one, with
    all that stood in it, went over the network in the open.
    """
    return bool(settings.SECURE_SSL_REDIRECT) and not request.is_secure()
