"""View of the metrics: for Prometheus, with a token of its own."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from mlegitymacja_portal.metrics.figures import Figures


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer with all metrics in Prometheus' text format; without METRICS_TOKEN there is no such page.

    Counted is what the processes of this machine did (METRICS_DIR), or without that folder this process alone.
    """
    if not settings.METRICS_TOKEN:
        return HttpResponse(status=404)
    if not constant_time_compare(
        request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}"
    ):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    counted, read = CollectorRegistry(), CollectorRegistry()
    if settings.METRICS_DIR:
        MultiProcessCollector(counted, settings.METRICS_DIR)  # type: ignore[no-untyped-call]
    read.register(Figures())
    page = generate_latest(counted if settings.METRICS_DIR else REGISTRY) + generate_latest(read)
    return HttpResponse(page, content_type=CONTENT_TYPE_LATEST)
