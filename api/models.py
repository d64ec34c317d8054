"""Personal access tokens, and stored responses of idempotent calls."""

from datetime import datetime, timedelta

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from api import keys
from api.scopes import TokenScope
from api.webhooks.models import Delivery, Endpoint
from students.models import User
from students.names import validate_visible

__all__ = ["Delivery", "Endpoint", "IdempotentResponse", "Token"]

LONGEST_LIFE = timedelta(days=365)
CODES_LIFE = timedelta(days=30)  # of a token that may read activation codes
MOST_TOKENS = 20  # of one user that work at the same time
_USE_NOTED_EVERY = timedelta(hours=1)
# After its end, so that its user still finds it in the list.
_KEPT_AFTER_END = timedelta(days=30)
KEPT_FOR = timedelta(hours=24)


class TokenQuerySet(models.QuerySet["Token"]):
    """Queryset of tokens."""

    def of_user(self, user: User | AnonymousUser) -> "TokenQuerySet":
        """Return the tokens of this user."""
        return self.filter(user=user.pk) if user.is_authenticated else self.none()

    def working_at(self, now: datetime) -> "TokenQuerySet":
        """Return the tokens that have neither expired nor been ended."""
        return self.filter(ended_at__isnull=True, expires_at__gt=now)

    def delete_old(self, now: datetime) -> int:
        """Delete tokens some time after their end; return how many. The audit log keeps that they existed."""
        before = now - _KEPT_AFTER_END
        return self.filter(Q(ended_at__lt=before) | Q(expires_at__lt=before)).delete()[0]


class Token(models.Model):
    """A user's personal access token: for some of the user's rights, until a chosen day."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("użytkownik"))
    name = models.CharField(_("nazwa"), max_length=60, validators=[validate_visible])
    scopes = ArrayField(models.CharField(max_length=20, choices=TokenScope), verbose_name=_("do czego"))
    key_hash = models.CharField(max_length=64, unique=True)
    prefix = models.CharField(_("początek"), max_length=keys.SHOWN)
    created_at = models.DateTimeField(_("utworzony"), default=timezone.now, db_default=Now())
    expires_at = models.DateTimeField(_("działa do"))
    last_used_at = models.DateTimeField(_("ostatnio użyty"), null=True)
    ended_at = models.DateTimeField(_("zakończony"), null=True)

    objects = TokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("token dostępu")
        verbose_name_plural = _("tokeny dostępu")
        default_permissions = ()
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["user"], name="token_of_user")]
        constraints = [
            models.CheckConstraint(
                condition=Q(scopes__contained_by=sorted(TokenScope)) & Q(scopes__len__gt=0),
                name="token_scopes_known",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at"), expires_at__lte=F("created_at") + LONGEST_LIFE),
                name="token_lasts_a_year_at_most",
            ),
            models.CheckConstraint(
                condition=~Q(scopes__contains=[TokenScope.CODES])
                | Q(expires_at__lte=F("created_at") + CODES_LIFE),
                name="token_with_codes_is_short",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def works_at(self, now: datetime) -> bool:
        """Return whether it has neither expired nor been ended."""
        return self.ended_at is None and self.expires_at > now

    def note_use(self, now: datetime) -> None:
        """Store the time of use, which its user sees: to the hour, so that it costs a query an hour."""
        if self.last_used_at is None or self.last_used_at <= now - _USE_NOTED_EVERY:
            Token.objects.filter(pk=self.pk).update(last_used_at=now)

    def end(self, now: datetime) -> None:
        """Invalidate it from now on."""
        if self.ended_at is None:
            self.ended_at = now
            self.save(update_fields=["ended_at"])


class IdempotentResponseQuerySet(models.QuerySet["IdempotentResponse"]):
    """Queryset of stored responses."""

    def too_old(self, now: datetime) -> "IdempotentResponseQuerySet":
        """Return the responses whose keys have expired."""
        return self.filter(created_at__lt=now - KEPT_FOR)


class IdempotentResponse(models.Model):
    """The response to a call that changed something, stored under the caller's `Idempotency-Key`.

    It is written in the transaction of the change: where one exists, the change was made, and once.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    key = models.CharField(max_length=100)
    fingerprint = models.CharField(max_length=64)  # SHA-256 of the method, the address and the body
    http_status = models.PositiveSmallIntegerField(default=0, db_default=0)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(default=timezone.now, db_default=Now(), db_index=True)

    objects = IdempotentResponseQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotent_response_once")]

    def __str__(self) -> str:
        return f"idempotent response {self.pk}"
