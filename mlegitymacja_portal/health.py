"""Health checks for proxies, monitoring and script/server: liveness and readiness."""

from collections.abc import Callable
from functools import cache

import psycopg
import redis
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import proxies
from mdocs.engine import certificates
from mdocs.engine.breaker import workers_are_seen, worst
from mdocs.entitlement import brake
from notifications.messages import health as messages
from notifications.push import health as push
from students import periodic
from students.key_canaries import wrong_keys

_PATIENCE = 2  # seconds for each component


@require_safe
@never_cache
def live(_request: HttpRequest) -> JsonResponse:
    """Answer that the process runs, without any check."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def ready(_request: HttpRequest) -> JsonResponse:
    """Answer with the status of each component.

    503 only when nothing can be served: without the database, with migrations missing, or with other keys
    than its own. Without the others orders
    are accepted and stored, which is 200 and "degraded".
    """
    components = {"database": database_status()}
    if components["database"] != "ok":
        return JsonResponse({"status": "unavailable", "components": components}, status=503)
    if wrong := wrong_keys():
        return JsonResponse(
            {"status": "unavailable", "components": components | {"keys": f"wrong: {', '.join(wrong)}"}},
            status=503,
        )
    now = timezone.now()
    components |= {"keys": "ok", "redis": redis_status(), **engine_status()}
    components |= {"messages": messages.health(now), "phones": push.health(now)}
    components |= {"periodic_tasks": periodic.health(now), "sweep": brake.health()}
    components |= {"certificate": certificates.health(now), "sign_in": proxies.health()}
    status = "ok" if set(components.values()) == {"ok"} else "degraded"
    return JsonResponse({"status": status, "components": components})


def by_any_host(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware that answers probes under whatever name they ask: orchestrators do by the address (`Host: 10.…`).

    ALLOWED_HOSTS is for pages that build links out of the name; these two build none.
    """
    probes = {"/health/live": live, "/health/ready": ready}

    def middleware(request: HttpRequest) -> HttpResponseBase:
        probe = probes.get(request.path_info) if request.method in {"GET", "HEAD"} else None
        return probe(request) if probe else get_response(request)

    return middleware


def database_status() -> str:
    """Return the database's status, on a connection of its own with its own timeouts."""
    limits = {"connect_timeout": _PATIENCE, "options": f"-c statement_timeout={_PATIENCE}s"}
    try:
        with psycopg.connect(**{**connection.get_connection_params(), **limits}) as asked:
            rows = asked.execute("SELECT app, name FROM django_migrations").fetchall()
    except psycopg.errors.UndefinedTable:
        return "migrations missing"
    except psycopg.Error:
        return "unreachable"
    return "ok" if _migrations() <= set(rows) else "migrations missing"


def redis_status() -> str:
    """Return the status of Redis."""
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE
        ) as asked:
            asked.ping()
    except redis.RedisError:
        return "unreachable"
    return "ok"


def engine_status() -> dict[str, str]:
    """Return the time of the workers' last round, and their knowledge of mDokumenty."""
    breaker = worst()
    seen = workers_are_seen(timezone.now())
    mdokumenty = "ok" if breaker.state == breaker.State.CLOSED else str(breaker.state)
    if breaker.cause:
        mdokumenty += f": {breaker.cause}"
    return {"workers": "ok" if seen else "not seen", "mdokumenty": mdokumenty}


@cache
def _migrations() -> frozenset[tuple[str, str]]:
    """Return the names of the migrations of this code."""
    return frozenset(MigrationLoader(None).disk_migrations)
