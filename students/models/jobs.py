"""Background jobs: parameters, progress and results."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from students import scope  # as a module: it imports models
from students.models.people import User

LONGEST_TITLE = 200
# How long a job that has ended may be gone on with, and its uploaded file is kept.
KEPT_AFTER_END = timedelta(days=14)
_AUDIT_IDS = UUID("6f1c6f2e-9d0a-4b7e-8a55-2c1f0f6b7d13")


def job_storage() -> Storage:
    """Return the private storage of uploaded tables."""
    return storages["jobs"]


def random_name(job: "Job", filename: str) -> str:
    """Return a random name for an uploaded file, which reveals neither content nor owner."""
    return uuid4().hex


class JobQuerySet(models.QuerySet["Job"]):
    """Queryset of jobs."""

    def visible_to(self, user: User | AnonymousUser) -> "JobQuerySet":
        """Return all jobs for staff of every faculty, else the user's own."""
        if not user.is_staff or not user.has_perm("students.view_job"):
            return self.none()
        return self.all() if scope.sees_every_faculty(user) else self.filter(started_by=user)

    def resumable(self, now: datetime) -> "JobQuerySet":
        """Return jobs that stopped before their end, recently enough to resume."""
        return self.filter(
            state__in=[Job.State.STOPPED, Job.State.FAILED], finished_at__gt=now - KEPT_AFTER_END
        )

    def over_for_good(self, now: datetime) -> "JobQuerySet":
        """Return jobs that ended too long ago to resume."""
        return self.filter(finished_at__lte=now - KEPT_AFTER_END)


class Job(models.Model):
    """A background job, run in batches. Changed only by `students.jobs`.

    After each batch the cursor is stored with the batch's changes, in one transaction, so that an interrupted job
    resumes where it was. Neither the parameters nor the cursor hold personal data.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("czeka")
        RUNNING = "running", _("w toku")
        STOPPED = "stopped", _("zatrzymane")
        DONE = "done", pgettext_lazy("job", "zakończone")
        FAILED = "failed", _("przerwane błędem")

    kind = models.CharField(_("rodzaj"), max_length=32)
    title = models.CharField(_("zadanie"), max_length=LONGEST_TITLE)
    parameters = models.JSONField(
        _("parametry"), default=dict, db_default=Value({}, models.JSONField()), blank=True
    )
    file = models.FileField(
        _("plik"), storage=job_storage, upload_to=random_name, null=True, blank=True, editable=False
    )
    state = models.CharField(
        _("stan"), max_length=8, choices=State, default=State.WAITING, db_default=State.WAITING
    )
    stop_asked = models.BooleanField(_("ma się zatrzymać"), default=False, db_default=False)
    total = models.PositiveIntegerField(_("wszystkich"), null=True, blank=True)
    done = models.PositiveIntegerField(_("zrobionych"), default=0, db_default=0)
    counts = models.JSONField(_("wyniki"), default=dict, db_default=Value({}, models.JSONField()), blank=True)
    cursor = models.JSONField(_("miejsce"), null=True, blank=True)
    failure = models.CharField(_("błąd"), max_length=300, blank=True, default="", db_default="")
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("kto"),
    )
    remote_addr = models.GenericIPAddressField(_("skąd"), null=True, blank=True)
    created_at = models.DateTimeField(_("zlecone"), auto_now_add=True, db_default=Now())
    finished_at = models.DateTimeField(_("koniec"), null=True, blank=True)
    leased_until = models.DateTimeField(_("zajęte do"), null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("zadanie w tle")
        verbose_name_plural = _("zadania w tle")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(name="job_done_within_total", condition=Q(done__lte=F("total"))),
            models.CheckConstraint(
                name="job_ended_says_when",
                condition=Q(state__in=["waiting", "running"], finished_at__isnull=True)
                | Q(state__in=["stopped", "done", "failed"], finished_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["leased_until", "created_at"],
                condition=Q(state__in=["waiting", "running"]),
                name="job_open",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the address of its progress page."""
        return reverse("admin:students_job_change", args=[self.pk])

    @property
    def audit_id(self) -> str:
        """Return the id under which the audit log has what the job changes, whichever batches and workers did it."""
        return uuid5(_AUDIT_IDS, str(self.pk)).hex

    @property
    def is_open(self) -> bool:
        """Return whether it is waiting or running."""
        return self.state in {self.State.WAITING, self.State.RUNNING}

    @property
    def can_be_resumed(self) -> bool:
        """Return whether it stopped before its end, recently enough to resume."""
        stopped = self.state in {self.State.STOPPED, self.State.FAILED}
        return stopped and self.finished_at is not None and self.finished_at > timezone.now() - KEPT_AFTER_END

    @property
    def percent(self) -> int:
        """Return the progress, from 0 to 100."""
        return 100 * self.done // self.total if self.total else 100 * (self.state == self.State.DONE)


class JobNote(models.Model):
    """A job's note about one item, such as a skipped card or a rejected row, with the reason."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="notes", verbose_name=_("zadanie"))
    # An album number, a card's number, or a row of a file: what the reader can look for. Never a PESEL.
    subject = models.CharField(_("czego dotyczy"), max_length=60)
    outcome = models.CharField(_("wynik"), max_length=32)
    detail = models.TextField(_("szczegóły"), blank=True, default="", db_default="")
    # Where it is known: the row of the file, and the student.
    row = models.PositiveIntegerField(_("wiersz"), null=True, blank=True)
    album_number = models.CharField(_("numer albumu"), max_length=20, blank=True, default="", db_default="")
    holder = models.CharField(_("student"), max_length=201, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("wynik zadania")
        verbose_name_plural = _("wyniki zadań")
        ordering = ["pk"]
        indexes = [models.Index(fields=["job", "outcome"], name="jobnote_of_job")]

    def __str__(self) -> str:
        return f"{self.subject}: {self.outcome}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Raise TypeError: notes are written in bulk, with their batch."""
        raise TypeError("notes are written by students.jobs")
