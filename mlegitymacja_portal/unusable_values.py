"""Values in a request that no row can hold: NUL characters, and numbers or days beyond what the database knows.

Django checks what its forms read. Lookups of the admin, autocomplete, pages and APIs read the address themselves, and
such a value would end in an error of the database driver: a 500 for what is the client's mistake.
"""

from collections.abc import Callable
from types import TracebackType

from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from mlegitymacja_portal.errors import bad_request

# Where Django makes a statement of a query, and where the driver is given its values.
_MAKES_STATEMENTS = ("django.db.models.sql.", "django.db.models.lookups", "django.db.backends.")
_NUL = "NUL (0x00)"


class UnusableValuesMiddleware:
    """Middleware that answers 400 to a request with a value that no row can hold."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Handle the request."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the page of 400 where a value of the request is what the database refused; None for a bug."""
        return bad_request(request, exception) if _is_of_a_value(request, exception) else None


def _is_of_a_value(request: HttpRequest, exception: Exception) -> bool:
    """Say whether an exception is about a value that was looked for.

    A request that only looks writes nothing, so a value that a statement cannot hold has come from its address.
    """
    if not isinstance(exception, DataError | ValueError | OverflowError):
        return False
    if _NUL in str(exception):
        return True
    return request.method in {"GET", "HEAD"} and _comes_from_a_statement(exception.__traceback__)


def _comes_from_a_statement(traceback: TracebackType | None) -> bool:
    modules = []
    while traceback is not None:
        modules.append(str(traceback.tb_frame.f_globals.get("__name__", "")))
        traceback = traceback.tb_next
    return any(module.startswith(_MAKES_STATEMENTS) for module in modules)
