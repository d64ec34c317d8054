"""Refusal of plain HTTP where the portal is served over HTTPS; a redirect would break signatures."""

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request


def is_insecure(request: HttpRequest | Request) -> bool:
    """Return whether a request came over plain HTTP although HTTPS is required."""
    return bool(settings.SECURE_SSL_REDIRECT) and not request.is_secure()
