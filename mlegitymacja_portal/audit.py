"""Audit middleware: adds user and client address to the audit log's entries."""

from auditlog.context import auditlog_value
from auditlog.middleware import AuditlogMiddleware
from django.http import HttpRequest, HttpResponseBase

from accounts.client_address import address_of


class AuditMiddleware(AuditlogMiddleware):  # type: ignore[misc]  # the library has no types
    """Set user and client address of the request for entries of the audit log.

    Of X-Forwarded-For only entries of our own proxies count (setting PROXIES): the client can send anything further
    left.
    """

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Handle the request, and reset user and address afterwards, since the thread serves other requests next."""
        before = auditlog_value.set({})
        try:
            response: HttpResponseBase = super().__call__(request)
        finally:
            auditlog_value.reset(before)
        return response

    @staticmethod
    def _get_actor(request: HttpRequest) -> object:
        return getattr(request, "user", None)  # lazy: without an entry there is no query

    @staticmethod
    def _get_remote_addr(request: HttpRequest) -> str | None:
        return address_of(request)

    @staticmethod
    def _get_remote_port(request: HttpRequest) -> int | None:
        return None  # X-Forwarded-Port may hold anything, also what the column cannot
