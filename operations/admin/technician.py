"""The technician's page: alarms, processes, queues, mDokumenty, versions; mails about alarms, and maintenance."""

import platform
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

import celery
import django
import redis
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mdocs.engine import certificates
from mdocs.models import Breaker
from mdocs.querysets import Lane
from operations import alarm_mails, alarm_texts, due, maintenance, signs
from operations.models import Alarm, AlarmSubscription, Sign
from students.models import User

RUN, ACKNOWLEDGE = "operations.run_portal", "operations.acknowledge_alarm"
_REDIS_PATIENCE = 2  # seconds


class ShownAlarm(NamedTuple):
    """Alarm in words."""

    alarm: Alarm
    wrong: str
    mend: str
    section: str


class Queue(NamedTuple):
    """Queue: how many workers serve it, when one last worked, how many messages wait; of a lane, what is due."""

    name: str
    workers: int
    worked_at: datetime | None
    messages: int | None
    due: int | None
    oldest: datetime | None


def urls() -> list[URLPattern]:
    """Return the address of this page, below /admin/."""
    return [path("operations/technician/", admin.site.admin_view(technician), name="technician")]


def open_alarms(user: Any) -> list[ShownAlarm]:
    """Return the open alarms in words, for users who may see alarms."""
    if not user.has_perm(alarm_mails.SEE):
        return []
    shown = Alarm.objects.open().select_related("seen_by")
    return [
        ShownAlarm(alarm, *alarm_texts.of(alarm), alarm_texts.section(alarm.kind, alarm.status))
        for alarm in shown
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def technician(request: HttpRequest) -> HttpResponse:
    """Show how the portal runs; note alarms as seen, switch mails about them and maintenance."""
    user = request.user
    if not isinstance(user, User) or not user.has_perm(alarm_mails.SEE):
        raise PermissionDenied
    if request.method == "POST":
        return _act(request, user)
    now = timezone.now()
    lengths, version_of_redis = _asked_of_redis()
    context = {
        "title": _("Strona techniczna"),
        "alarms": open_alarms(user),
        "processes": signs.read(),
        "queues": _queues(now, lengths),
        "breakers": Breaker.objects.all(),
        "certificate": certificates.outlook(certificates.certificate_state(now), now),
        "versions": [*_versions(), ("Redis", version_of_redis)],
        "is_mailed": AlarmSubscription.objects.filter(user=user).exists(),
        "maintenance": maintenance.latest(),
        "may_run": user.has_perm(RUN),
        "may_acknowledge": user.has_perm(ACKNOWLEDGE),
    }
    return TemplateResponse(
        request, "admin/operations/technician.html", admin.site.each_context(request) | context
    )


def _act(request: HttpRequest, user: User) -> HttpResponse:
    actions: dict[str, tuple[str, Callable[[], str]]] = {
        "seen": (ACKNOWLEDGE, partial(_seen, user, request.POST.get("alarm", ""))),
        "mail_on": (alarm_mails.SEE, partial(_mail, user, is_on=True)),
        "mail_off": (alarm_mails.SEE, partial(_mail, user, is_on=False)),
        "maintenance_on": (
            RUN,
            partial(_begin, request.POST.get("text_pl", ""), request.POST.get("text_en", "")),
        ),
        "maintenance_off": (RUN, _end),
    }
    permission, do = actions.get(request.POST.get("action", ""), ("", None))
    if do is None or not user.has_perm(permission):
        raise PermissionDenied
    messages.success(request, do())
    return redirect("admin:index" if request.POST.get("back") == "index" else "admin:technician")


def _seen(user: User, number: str) -> str:
    Alarm.objects.open().filter(pk=int(number) if number.isdecimal() else 0).mark_seen(user, timezone.now())
    return _("Zaznaczono, że alarm jest zauważony.")


def _mail(user: User, *, is_on: bool) -> str:
    if not is_on:
        AlarmSubscription.objects.filter(user=user).delete()
        return _("Portal nie będzie Ci wysyłał e-maili o alarmach.")
    AlarmSubscription.objects.get_or_create(user=user)
    return _("Portal będzie Ci wysyłał e-maile o alarmach.")


def _begin(text_pl: str, text_en: str) -> str:
    try:
        maintenance.begin(text_pl, text_en)
    except ValidationError as error:
        return " ".join(error.messages)
    return _("Przerwa techniczna jest włączona. Przyjęte zamówienia toczą się dalej.")


def _end() -> str:
    maintenance.end()
    return _("Przerwa techniczna jest wyłączona.")


def _queues(now: datetime, lengths: Mapping[str, int]) -> list[Queue]:
    alive = [sign for sign in signs.read().filter(role=Sign.Role.WORKER) if signs.age_of(sign) <= signs.SEEN]
    found = []
    for name in signs.queues():
        serving = [sign for sign in alive if sign.queue == name]
        worked = [sign.worked_at for sign in serving if sign.worked_at]
        owed, oldest = due.orders(Lane(name), now) if name in Lane.values else (None, None)
        found.append(Queue(name, len(serving), max(worked, default=None), lengths.get(name), owed, oldest))
    return found


def _asked_of_redis() -> tuple[dict[str, int], str]:
    """Return how many messages wait in each queue, and Redis's version; nothing where it does not say."""
    limits = {"socket_timeout": _REDIS_PATIENCE, "socket_connect_timeout": _REDIS_PATIENCE}
    try:
        with redis.Redis.from_url(settings.REDIS_URL, **limits) as asked:
            told: dict[str, Any] = asked.info("server")
            named = told.get("server_name", "redis")
            # Valkey says which Redis it is like, and beside it what it is.
            like = "" if named == "redis" else f" ({named} {told.get(f'{named}_version', '')})"
            lengths = {queue: int(str(asked.llen(queue))) for queue in signs.queues()}
            return lengths, f"{told['redis_version']}{like}"
    except redis.RedisError:
        return {}, "–"


def _versions() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        (postgresql,) = cursor.fetchone()
    return [
        (_("Portal"), signs.version()),
        ("Python", platform.python_version()),
        ("Django", django.get_version()),
        ("Celery", celery.__version__),
        ("PostgreSQL", str(postgresql)),
    ]
