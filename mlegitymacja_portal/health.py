"""Health checks for proxies, monitoring and script/server: liveness and readiness."""

import logging
from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mlegitymacja_portal.metrics.views import metrics
from operations import alarm_mails, registry, watch, without_database
from operations.alarm_kinds import Kind
from operations.checks.database_status import OK

logger = logging.getLogger(__name__)


class _Watched(JsonResponse):
    """Answer after which, when it has been sent, alarms are mailed: a probe waits for no mail server."""

    database = OK

    def close(self) -> None:
        """Mail what is to be mailed."""
        super().close()
        if self.database != OK:
            watch.report_database(self.database)
            return
        without_database.note(OK)
        try:
            alarm_mails.send(timezone.now())
        except DatabaseError as error:
            logger.warning("alarms could not be mailed: %s", type(error).__name__)


@require_safe
@never_cache
def live(_request: HttpRequest) -> JsonResponse:
    """Answer that the process runs, without any check."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def ready(_request: HttpRequest) -> JsonResponse:
    """Answer with the status of each component, and keep the alarms: beat may be what is away.

    503 only when nothing can be served (`stops_all` of a check): without the database, with migrations missing, or
    with other keys than its own. Without the others orders are accepted and stored, which is 200 and "degraded".
    """
    now = timezone.now()
    outcome = registry.run_checks(now)
    components = {
        kind.value: registry.health_line(registry.CHECKS[kind], findings)
        for kind, findings in outcome.found.items()
    }
    components |= {kind.value: "not asked" for kind in outcome.unasked}
    if found := outcome.found.get(Kind.DATABASE):
        said = {"status": "unavailable", "components": {"database": components["database"]}}
        answer = _Watched(said, status=503)
        answer.database = found[0].status
        return answer
    _note(outcome)
    if outcome.stops_all:
        return _Watched({"status": "unavailable", "components": components}, status=503)
    is_well = outcome.is_well and not outcome.unasked
    return _Watched({"status": "ok" if is_well else "degraded", "components": components})


def by_any_host(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware that answers probes under whatever name they ask: orchestrators do by the address (`Host: 10.…`).

    ALLOWED_HOSTS is for pages that build links out of the name; these three build none.
    """
    probes = {"/health/live": live, "/health/ready": ready, "/metrics": metrics}

    def middleware(request: HttpRequest) -> HttpResponseBase:
        probe = probes.get(request.path_info) if request.method in {"GET", "HEAD"} else None
        return probe(request) if probe else get_response(request)

    return middleware


def _note(outcome: registry.Outcome) -> None:
    """Keep the alarms. A failure of that is none of the portal's."""
    try:
        watch.record(outcome, timezone.now())
    except DatabaseError as error:
        logger.warning("alarms could not be kept: %s", type(error).__name__)
