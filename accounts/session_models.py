"""Model of sessions: whose, since when, from which device; found by the hash of the cookie's key."""

from collections.abc import Iterable
from datetime import datetime
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from students.models import User


class SessionManager(BaseSessionManager["Session"]):
    """Manager of sessions."""

    def of_user(self, user: User | AnonymousUser) -> "models.QuerySet[Session]":
        """Return the sessions of this user that have not ended, the last one used first."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(user=user.pk, expire_date__gt=timezone.now()).order_by("-last_seen_at")

    def end(self, users: Iterable[int], *, but: str | None = None) -> int:
        """End the sessions of these users, except the one with the key hash `but`; return how many."""
        ended = self.filter(user__in=list(users))
        return (ended.exclude(pk=but) if but else ended).delete()[0]


class Session(AbstractBaseSession):
    """A browser session. The primary key is the SHA-256 of the cookie's key: a dump of the table opens none."""

    session_key = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="+", verbose_name=_("konto"))
    created_at = models.DateTimeField(_("zalogowano"), default=timezone.now, db_default=Now())
    last_seen_at = models.DateTimeField(_("ostatnio używana"), default=timezone.now, db_default=Now())
    device = models.CharField(_("urządzenie"), max_length=60, blank=True, default="", db_default="")
    # Of the client's network (accounts/networks.py), not the whole address.
    network = models.CharField(_("sieć"), max_length=60, blank=True, default="", db_default="")
    # SHA-256 of what the university's single logout calls this session and its owner; empty for passwords.
    university_session = models.CharField(max_length=64, blank=True, db_index=True, default="", db_default="")
    university_subject = models.CharField(max_length=64, blank=True, db_index=True, default="", db_default="")

    objects = SessionManager()  # type: ignore[misc]

    class Meta:
        verbose_name = _("sesja")
        verbose_name_plural = _("sesje")
        default_permissions = ()
        permissions = [
            ("view_security", _("Widzi sesje i tokeny konta")),
            ("end_session", _("Kończy sesje i tokeny konta")),
            ("reset_factor", _("Usuwa drugi składnik, którego ktoś nie ma już przy sobie")),
            ("invite", _("Wysyła zaproszenia do portalu")),
        ]

    @classmethod
    def get_session_store_class(cls) -> Any:
        """Return the session store, which Django's manager asks for."""
        return import_module(settings.SESSION_ENGINE).SessionStore

    def __str__(self) -> str:
        return f"session of {self.user_id}"

    def is_recent(self, now: datetime) -> bool:
        """Return whether it was used within the last minute, which needs no other note."""
        return (now - self.last_seen_at).total_seconds() < 60
