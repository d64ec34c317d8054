"""Request ids in one spelling: what a log, a header or mDokumenty is searched for is the same text everywhere."""

from collections.abc import Callable
from uuid import UUID, uuid4

from django.http import HttpRequest
from django.http.response import HttpResponseBase

_HEADER = "HTTP_X_REQUEST_ID"


def canonical(text: object) -> str | None:
    """Return a UUID with its hyphens, however it was written; None for anything else."""
    try:
        return str(UUID(str(text)))
    except ValueError:
        return None


def one_spelling(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware before django_guid's, which takes the id of a request as it finds it, and makes some without hyphens.

    A proxy's `$request_id` has none either. What is no UUID is replaced: it may hold anything.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        # Not by `headers`, which keeps what it has once read.
        request.META[_HEADER] = canonical(request.META.get(_HEADER)) or str(uuid4())
        return get_response(request)

    return middleware
