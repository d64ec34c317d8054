"""Models of operations: signs of life, alarms, who is mailed them, markers of shared storage, maintenance."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from operations.alarm_kinds import Kind
from students.names import validate_visible


class Sign(models.Model):
    """Sign of life of one process for one queue (beat and web: for none), written every few seconds.

    `seen_at` is by the clock of the database, `own_clock` the process's own at that moment. `findings` is what the
    process has found on its machine: names of checks and their status.
    """

    class Role(models.TextChoices):
        WORKER = "worker", _("worker")
        BEAT = "beat", _("beat")
        WEB = "web", _("WWW")

    role = models.CharField(_("rodzaj"), max_length=6, choices=Role)
    process = models.CharField(_("proces"), max_length=200)
    queue = models.CharField(_("kolejka"), max_length=50, blank=True, default="", db_default="")
    started_at = models.DateTimeField(_("działa od"))
    seen_at = models.DateTimeField(_("znak życia"))
    own_clock = models.DateTimeField(_("jego zegar"))
    worked_at = models.DateTimeField(_("ostatnie zadanie"), null=True)
    busy_since = models.DateTimeField(_("zajęty od"), null=True)
    busy_with = models.CharField(_("czym"), max_length=100, blank=True, default="", db_default="")
    version = models.CharField(_("wersja"), max_length=50, blank=True, default="", db_default="")
    findings = models.JSONField(_("na tej maszynie"), default=dict, db_default=Value({}, models.JSONField()))

    class Meta:
        verbose_name = _("znak życia")
        verbose_name_plural = _("znaki życia")
        default_permissions = ()
        ordering = ["role", "queue", "process"]
        constraints = [
            models.UniqueConstraint(fields=["role", "process", "queue"], name="one_sign_of_a_process"),
            models.CheckConstraint(
                condition=Q(busy_since__isnull=True, busy_with="")
                | Q(busy_since__isnull=False) & ~Q(busy_with=""),
                name="sign_busy_with_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.process} {self.queue}".strip()


class AlarmQuerySet(models.QuerySet["Alarm"]):
    """Alarms, by the questions that are asked of them."""

    def open(self) -> "AlarmQuerySet":
        """Return the alarms whose cause is not gone, those that nobody has seen first."""
        return self.filter(gone_at__isnull=True).order_by("-seen_at", "since")

    def mark_seen(self, by: Any, at: datetime) -> int:
        """Note who has seen these first; return how many nobody had seen."""
        return self.filter(seen_at__isnull=True).update(seen_by=by, seen_at=at)


class Alarm(models.Model):
    """Something that somebody has to act on: what it is, since when, who has seen it, when it was gone.

    `facts` are the numbers and names in its words, which the check of its kind gives (`operations.registry`).
    """

    kind = models.CharField(_("czego dotyczy"), max_length=20, choices=Kind)
    subject = models.CharField(_("konkretnie"), max_length=200, blank=True, default="", db_default="")
    status = models.CharField(_("stan"), max_length=30)
    facts = models.JSONField(_("szczegóły"), default=dict, db_default=Value({}, models.JSONField()))
    since = models.DateTimeField(_("od"), default=timezone.now, db_default=Now())
    last_seen_at = models.DateTimeField(_("ostatnio stwierdzony"), default=timezone.now, db_default=Now())
    seen_at = models.DateTimeField(_("kiedy zauważony"), null=True)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        verbose_name=_("kto zauważył"),
        related_name="+",
    )
    gone_at = models.DateTimeField(_("ustał"), null=True)
    # When its mails were sent, or need not be; until then each run of the checks tries to send them.
    told_at = models.DateTimeField(null=True)
    end_told_at = models.DateTimeField(null=True)
    next_mail_at = models.DateTimeField(null=True)

    objects = AlarmQuerySet.as_manager()

    class Meta:
        verbose_name = _("alarm")
        verbose_name_plural = _("alarmy")
        default_permissions = ("view",)
        permissions = [
            ("acknowledge_alarm", _("Może zaznaczyć, że widział alarm")),
            ("run_portal", _("Może włączać przerwę techniczną i oglądać stronę techniczną")),
        ]
        ordering = [models.F("gone_at").desc(nulls_first=True), "-since"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=Q(gone_at__isnull=True),
                name="one_open_alarm_of_a_subject",
            ),
            models.CheckConstraint(condition=Q(kind__in=sorted(Kind)), name="alarm_kind_known"),
            models.CheckConstraint(
                condition=Q(gone_at__isnull=True) | Q(gone_at__gte=models.F("since")),
                name="alarm_ends_after_its_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.subject}".strip()


class Watch(models.Model):
    """Time of the last run of the checks (`operations.watch`), by the clock of the database: one row."""

    only = models.BooleanField(primary_key=True, default=True)
    looked_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(only=True), name="one_watch")]

    def __str__(self) -> str:
        return str(self.looked_at)


class AlarmSubscription(models.Model):
    """Wish of a member of staff to be mailed alarms."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )

    class Meta:
        verbose_name = _("powiadamianie o alarmach")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.user_id)


class StorageMarker(models.Model):
    """Text that the file of this storage holds which all machines have to share (`operations.storage_markers`)."""

    storage = models.CharField(max_length=50, primary_key=True)
    text = models.CharField(max_length=64)
    written_by = models.CharField(max_length=200)
    written_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        verbose_name = _("znacznik wspólnego dysku")
        default_permissions = ()

    def __str__(self) -> str:
        return self.storage


class Maintenance(models.Model):
    """Maintenance: one row while the portal is shown as being worked on."""

    only = models.BooleanField(primary_key=True, default=True)
    text_pl = models.TextField(
        _("własny tekst po polsku"), blank=True, validators=[validate_visible], default="", db_default=""
    )
    text_en = models.TextField(
        _("własny tekst po angielsku"), blank=True, validators=[validate_visible], default="", db_default=""
    )
    since = models.DateTimeField(_("od"), default=timezone.now, db_default=Now())

    class Meta:
        verbose_name = _("przerwa techniczna")
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(only=True), name="one_maintenance")]

    def __str__(self) -> str:
        return str(self.since)
