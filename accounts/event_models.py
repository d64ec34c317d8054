"""Model of account events: what happened to an account, shown on its security page and told by e-mail."""

from datetime import datetime, timedelta

from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from students.models import User

_KEPT = timedelta(days=365)


class EventKind(models.TextChoices):
    """Kind of an account event. Each has its text in `accounts.event_texts`."""

    INVITED = "invited", _("zaproszenie do portalu")
    RESET_ASKED = "reset_asked", _("prośba o nowe hasło")
    PASSWORD_SET = "password_set", _("zmiana hasła")
    NEW_DEVICE = "new_device", _("logowanie z nowego urządzenia")
    FACTOR_ADDED = "factor_added", _("dodano drugi składnik logowania")
    FACTOR_REMOVED = "factor_removed", _("usunięto drugi składnik logowania")
    CODES_MADE = "codes_made", _("nowe kody zapasowe")
    TOKEN_CREATED = "token_created", _("nowy token dostępu")
    APP_ALLOWED = "app_allowed", _("zgoda dla aplikacji")
    SESSIONS_ENDED = "sessions_ended", _("wylogowano ze wszystkich urządzeń")


class AccountEventQuerySet(models.QuerySet["AccountEvent"]):
    """Queryset of account events."""

    def of_user(self, user: User | AnonymousUser) -> "AccountEventQuerySet":
        """Return the events of this user's account."""
        return self.filter(user=user.pk) if user.is_authenticated else self.none()

    def claim_due(self, now: datetime, limit: int, lease: timedelta) -> "list[AccountEvent]":
        """Claim events whose e-mail is due, until the lease runs out; committed on return.

        What waits for a person (a new password) goes before invitations, which come by the thousand; what has failed
        less often, before what may be the cause.
        """
        with transaction.atomic():
            due = self.filter(email_due_at__lte=now).select_related("user")
            is_invitation = models.Case(models.When(kind=EventKind.INVITED, then=1), default=0)
            first = due.order_by(is_invitation, "email_attempts", "pk")
            claimed = list(first.select_for_update(skip_locked=True, of=("self",))[:limit])
            self.filter(pk__in=[event.pk for event in claimed]).update(email_due_at=now + lease)
        return claimed

    def delete_old(self, now: datetime) -> int:
        """Delete events older than a year; return how many. The audit log keeps its own."""
        return self.filter(at__lt=now - _KEPT).delete()[0]


class AccountEvent(models.Model):
    """Something that happened to an account. `email_due_at` is NULL once its e-mail is sent, or none is to be."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("konto"))
    kind = models.CharField(_("co się stało"), max_length=16, choices=EventKind)
    at = models.DateTimeField(_("kiedy"), default=timezone.now, db_default=Now())
    device = models.CharField(_("urządzenie"), max_length=60, blank=True, default="", db_default="")
    network = models.CharField(_("sieć"), max_length=60, blank=True, default="", db_default="")
    # Name of a token, an application, a factor.
    detail = models.CharField(max_length=100, blank=True, default="", db_default="")
    email_due_at = models.DateTimeField(null=True, blank=True)
    email_sent_at = models.DateTimeField(_("wysłano e-mail"), null=True, blank=True)
    email_attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    email_failure = models.CharField(max_length=40, blank=True, default="", db_default="")

    objects = AccountEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("zdarzenie konta")
        verbose_name_plural = _("zdarzenia kont")
        default_permissions = ()
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["user", "-at"], name="account_event_of_user"),
            models.Index(
                fields=["email_due_at"], name="account_event_due", condition=Q(email_due_at__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(name="account_event_kind_known", condition=Q(kind__in=EventKind.values)),
            models.CheckConstraint(
                name="account_event_sent_is_not_due",
                condition=Q(email_sent_at__isnull=True) | Q(email_due_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.user_id}"

    def record_sent(self, now: datetime) -> None:
        """Record that the mail server has taken the e-mail."""
        AccountEvent.objects.filter(pk=self.pk).update(
            email_due_at=None, email_sent_at=now, email_failure="", email_attempts=F("email_attempts") + 1
        )

    def record_failure(self, failure: str, again_at: datetime | None) -> None:
        """Record an attempt that failed; `again_at` is None when there will be no other."""
        AccountEvent.objects.filter(pk=self.pk).update(
            email_due_at=again_at, email_failure=failure, email_attempts=F("email_attempts") + 1
        )
