"""Where a request came from, for the audit log."""

from auditlog.context import auditlog_value
from auditlog.middleware import AuditlogMiddleware
from django.http import HttpRequest, HttpResponseBase

from accounts.client_address import address_of


class AuditMiddleware(AuditlogMiddleware):  # type: ignore[misc]  # the library has no types
    """Ties the user and the address of a request to the entries of the audit log.

    Of X-Forwarded-For only what our own proxies wrote is believed (setting PROXIES): what is further left was sent by
    whoever asked, and may be anything.
    """

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, and forget afterwards who asked: what the same thread does next is not theirs."""
        before = auditlog_value.set({})
        try:
            response: HttpResponseBase = super().__call__(request)
        finally:
            auditlog_value.reset(before)
        return response

    @staticmethod
    def _get_actor(request: HttpRequest) -> object:
        return getattr(request, "user", None)  # not asked for yet: who writes no entry costs no query

    @staticmethod
    def _get_remote_addr(request: HttpRequest) -> str | None:
        return address_of(request)

    @staticmethod
    def _get_remote_port(request: HttpRequest) -> int | None:
        return None  # X-Forwarded-Port may hold anything, also what the column cannot
