"""Consumers of the API, their tokens, and users' consents.

Secrets are encrypted, since HMAC-SHA1 needs them as they are; of a token's key only the hash is stored.
"""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import F, Max, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from students.encryption import EncryptedTextField
from students.models import User
from students.names import validate_visible
from usos_api.keys import new_key, new_secret
from usos_api.scopes import OFFLINE, SCOPES

REQUEST_TOKEN_LIFE = timedelta(minutes=30)
ACCESS_TOKEN_LIFE = timedelta(hours=2)
MOST_GUESSES = 5  # of a verifier; then the request token is worth nothing
# After their end, so that a client learns that a token has expired, not that there is none.
_KEPT_FOR = timedelta(days=7)


def scopes_field(**options: Any) -> Any:
    """Return a column with a set of scopes."""
    return ArrayField(models.CharField(max_length=20), default=list, db_default=[], blank=True, **options)


def known_scopes(field: str, *, name: str) -> models.CheckConstraint:
    """Return the constraint that a column holds known scopes only."""
    return models.CheckConstraint(condition=Q(**{f"{field}__contained_by": sorted(SCOPES)}), name=name)


class Consumer(models.Model):
    """A client application that may call the API; registered in the admin."""

    key = models.CharField(_("klucz"), max_length=40, unique=True, default=new_key, editable=False)
    secret = EncryptedTextField(_("sekret"), default=new_secret, editable=False)
    name = models.CharField(
        _("nazwa"),
        max_length=100,
        validators=[validate_visible],
        help_text=_("Tak aplikację zobaczą studenci."),
    )
    url = models.URLField(_("adres strony"), blank=True, default="", db_default="")
    email = models.EmailField(_("adres e-mail autorów"))
    callbacks = models.TextField(
        _("adresy powrotne"),
        blank=True,
        help_text=_(
            "Każdy w osobnym wierszu, np. https://app.example.edu.pl/powrot albo mojaaplikacja://powrot. Aplikacja "
            "może do nich dodać tylko parametry po znaku „?”. Bez żadnego działa tylko PIN."
        ),
        default="",
        db_default="",
    )
    is_administrative = models.BooleanField(
        _("administracyjna"),
        default=False,
        db_default=False,
        help_text=_("System uczelni, który bez zgody studenta odczytuje i przedłuża legitymacje."),
    )
    scopes = scopes_field(verbose_name=_("o co może prosić"))
    is_active = models.BooleanField(_("aktywna"), default=True, db_default=True)
    date_registered = models.DateTimeField(
        _("zarejestrowana"), default=timezone.now, db_default=Now(), editable=False
    )

    class Meta:
        verbose_name = _("aplikacja")
        verbose_name_plural = _("aplikacje")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(key__regex=r"^[0-9A-Za-z]+$"), name="consumer_key_is_code"),
            models.CheckConstraint(condition=~Q(name=""), name="consumer_has_name"),
            known_scopes("scopes", name="consumer_scopes_known"),
        ]

    def __str__(self) -> str:
        return self.name

    def renew_secret(self) -> str:
        """Replace the consumer's secret, and return it."""
        self.secret = new_secret()
        self.save(update_fields=["secret"])
        return self.secret


class RequestTokenQuerySet(models.QuerySet["RequestToken"]):
    """Queryset of request tokens."""

    def open_at(self, now: datetime) -> "RequestTokenQuerySet":
        """Return the tokens that can still be authorised or exchanged."""
        return self.filter(expires_at__gt=now, used_at__isnull=True, guesses__lt=MOST_GUESSES)

    def delete_old(self, now: datetime) -> int:
        """Delete tokens some time after their end; return how many."""
        return self.filter(expires_at__lt=now - _KEPT_FOR).delete()[1].get(self.model._meta.label, 0)


class RequestToken(models.Model):
    """A client's request for access, which a user answers in the browser; works once."""

    key_hash = models.CharField(max_length=64, unique=True)
    secret = EncryptedTextField()
    consumer = models.ForeignKey(Consumer, models.CASCADE, related_name="request_tokens")
    scopes = scopes_field()
    callback = models.TextField()
    created_at = models.DateTimeField(default=timezone.now, db_default=Now())
    expires_at = models.DateTimeField(db_index=True)
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    verifier_hash = models.CharField(max_length=64, blank=True, default="", db_default="")
    guesses = models.PositiveSmallIntegerField(default=0, db_default=0)
    used_at = models.DateTimeField(null=True)

    objects = RequestTokenQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="requesttoken_expires_later"
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=True, verifier_hash="")
                | Q(user__isnull=False) & ~Q(verifier_hash=""),
                name="requesttoken_authorised_has_verifier",
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(user__isnull=False),
                name="requesttoken_used_was_authorised",
            ),
            known_scopes("scopes", name="requesttoken_scopes_known"),
        ]

    def __str__(self) -> str:
        return f"request token {self.pk}"


class AccessTokenQuerySet(models.QuerySet["AccessToken"]):
    """Queryset of access tokens."""

    def working_at(self, now: datetime) -> "AccessTokenQuerySet":
        """Return the tokens that have neither expired nor been ended."""
        return self.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now), revoked_at__isnull=True)

    def revoke(self, now: datetime) -> int:
        """End the tokens that still work; return how many."""
        return self.working_at(now).update(revoked_at=now)

    def last_uses(self, user: User) -> dict[int, datetime]:
        """Return when each consumer last used a token of this user, to the hour."""
        used = self.filter(user=user.pk, last_used_at__isnull=False).order_by()
        return dict(used.values_list("consumer").annotate(Max("last_used_at")))

    def delete_old(self, now: datetime) -> int:
        """Delete tokens some time after their end; return how many."""
        before = now - _KEPT_FOR
        old = self.filter(Q(expires_at__lt=before) | Q(revoked_at__lt=before))
        return old.delete()[1].get(self.model._meta.label, 0)


class AccessToken(models.Model):
    """A client's access in a user's name: for two hours, or without limit with `offline_access`."""

    key_hash = models.CharField(max_length=64, unique=True)
    secret = EncryptedTextField()
    consumer = models.ForeignKey(Consumer, models.CASCADE, related_name="access_tokens")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    scopes = scopes_field()
    created_at = models.DateTimeField(default=timezone.now, db_default=Now())
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    objects = AccessTokenQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(scopes__contains=[OFFLINE], expires_at__isnull=True)
                | ~Q(scopes__contains=[OFFLINE]) & Q(expires_at__gt=F("created_at")),
                name="accesstoken_expires_unless_offline",
            ),
            known_scopes("scopes", name="accesstoken_scopes_known"),
        ]
        indexes = [models.Index(fields=["user", "consumer"], name="accesstoken_of_user")]

    def __str__(self) -> str:
        return f"access token {self.pk}"


class ConsentQuerySet(models.QuerySet["Consent"]):
    """Queryset of consents."""

    def of_user(self, user: Any) -> "ConsentQuerySet":
        """Return the consents of this user."""
        return self.filter(user=user.pk) if user.is_authenticated else self.none()


class Consent(models.Model):
    """A user's consent to a consumer's scopes; it lasts until the user withdraws it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    consumer = models.ForeignKey(Consumer, models.CASCADE, related_name="consents")
    scopes = scopes_field()
    given_at = models.DateTimeField(default=timezone.now, db_default=Now())

    objects = ConsentQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["consumer__name"]
        constraints = [
            models.UniqueConstraint(fields=["user", "consumer"], name="consent_once"),
            known_scopes("scopes", name="consent_scopes_known"),
        ]

    def __str__(self) -> str:
        return f"consent {self.pk}"

    def withdraw(self, now: datetime) -> None:
        """End the consent, and with it every token that the consumer has of this user, however new."""
        with transaction.atomic():
            own = {"user": self.user_id, "consumer": self.consumer_id}
            RequestToken.objects.filter(**own).delete()
            AccessToken.objects.filter(**own).revoke(now)
            self.delete()
