"""Metrics of requests: how many by route and answer, and how long they took."""

import time
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from prometheus_client import Counter, Histogram

REQUESTS = Counter(
    "portal_http_requests", "Requests by route, method and status.", ["route", "method", "status"]
)
SECONDS = Histogram(
    "portal_http_request_seconds",
    "Seconds that the portal took for a request, by route.",
    ["route"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def count_requests(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware that counts. Routes are named as in the URLs, never by the address, which may hold anything."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        begun = time.monotonic()
        response = get_response(request)
        match = request.resolver_match
        route = match.view_name if match and match.view_name else "none"
        method = request.method if request.method in _METHODS else "other"
        REQUESTS.labels(route, method, str(response.status_code)).inc()
        SECONDS.labels(route).observe(time.monotonic() - begun)
        return response

    return middleware
