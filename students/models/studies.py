"""Faculties, programmes and enrolments."""

from datetime import date

from django.db import models
from django.db.models import Case, ExpressionWrapper, F, Func, Q, Value, When
from django.db.models.functions import Cast, ExtractYear, Greatest
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from students.fields import validate_date
from students.models.contacts import OfficeContacts
from students.names import validate_visible


class Level(models.TextChoices):
    """A level of studies."""

    FIRST_CYCLE = "first_cycle", _("studia I stopnia")
    SECOND_CYCLE = "second_cycle", _("studia II stopnia")
    UNIFORM_MASTERS = "uniform_masters", _("jednolite studia magisterskie")
    DOCTORAL = "doctoral", _("studia doktoranckie")
    POSTGRADUATE = "postgraduate", _("studia podyplomowe")


# The only levels that give a right to an mLegitymacja (docs/reference/manual.md, Levels of studies).
ENTITLING_LEVELS = (Level.FIRST_CYCLE, Level.SECOND_CYCLE, Level.UNIFORM_MASTERS)


class EnrolmentStatus(models.TextChoices):
    """Status of a student in a programme. On leave is still an active student."""

    ACTIVE = "active", _("aktywny")
    LEAVE = "leave", _("urlop")
    STRUCK_OFF = "struck_off", _("skreślony")
    GRADUATED = "graduated", _("absolwent")


# With these the end is a plan, which may pass; with those it is a fact, which may lie ahead.
ONGOING_STATUSES = (EnrolmentStatus.ACTIVE, EnrolmentStatus.LEAVE)
ENDED_STATUSES = (EnrolmentStatus.STRUCK_OFF, EnrolmentStatus.GRADUATED)


class Faculty(OfficeContacts):
    """A faculty (wydział), with the contacts of its dean's office."""

    code = models.CharField(_("kod"), max_length=20, unique=True, validators=[validate_visible])
    name = models.CharField(_("nazwa"), max_length=200, validators=[validate_visible])
    name_en = models.CharField(_("nazwa po angielsku"), max_length=200, validators=[validate_visible])

    class Meta:
        verbose_name = _("wydział")
        verbose_name_plural = _("wydziały")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.local_name

    @property
    def local_name(self) -> str:
        """Return the name in the current language."""
        return _local_name(self)


class Programme(models.Model):
    """A programme of studies (kierunek) at one level."""

    faculty = models.ForeignKey(Faculty, models.PROTECT, related_name="programmes", verbose_name=_("wydział"))
    name = models.CharField(_("nazwa"), max_length=200, validators=[validate_visible])
    name_en = models.CharField(_("nazwa po angielsku"), max_length=200, validators=[validate_visible])
    level = models.CharField(_("poziom"), max_length=20, choices=Level)

    class Meta:
        verbose_name = _("kierunek")
        verbose_name_plural = _("kierunki")
        ordering = ["name", "level"]
        constraints = [
            models.UniqueConstraint(
                fields=["faculty", "name", "level"],
                name="programme_once",
                violation_error_message=_("Ten wydział ma już taki kierunek na tym poziomie."),
            ),
            models.CheckConstraint(name="programme_level_known", condition=Q(level__in=Level.values)),
        ]

    def __str__(self) -> str:
        return self.local_title

    @property
    def local_name(self) -> str:
        """Return the name in the current language."""
        return _local_name(self)

    @property
    def local_title(self) -> str:
        """Return name and level in the current language."""
        return f"{self.local_name}, {self.get_level_display()}"


def _local_name(named: Faculty | Programme) -> str:
    return named.name_en if get_language() == "en" else named.name


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    """Queryset of enrolments, with filters in the terms of the rules."""

    def current(self, today: date) -> "EnrolmentQuerySet":
        """Return the enrolments that make a person a student on `today`.

        Active and on leave do, whatever their planned end: a diploma may be late. A strike-off or graduation that is
        dated ends the right on that day. A first-cycle graduate keeps a student's rights until 31 October of the year
        of graduation (docs/reference/domain.md, Enrolments; art. 74 ust. 1 of the Act on higher education).
        """
        ends_later = Q(status__in=ENDED_STATUSES, ended_on__gt=today)
        earliest_year = today.year if today <= date(today.year, 10, 31) else today.year + 1
        graduated = Q(
            status=EnrolmentStatus.GRADUATED,
            programme__level=Level.FIRST_CYCLE,
            ended_on__gte=date(earliest_year, 1, 1),
        )
        goes_on = Q(status__in=ONGOING_STATUSES)
        return self.filter(goes_on | ends_later | graduated, started_on__lte=today)

    def ongoing(self) -> "EnrolmentQuerySet":
        """Return the enrolments without a known end; a planned end is none."""
        return self.filter(status__in=ONGOING_STATUSES)

    def overdue(self, today: date) -> "EnrolmentQuerySet":
        """Return the enrolments that go on although their planned end has passed, which somebody should look at."""
        return self.ongoing().filter(ended_on__lt=today)

    def entitling(self) -> "EnrolmentQuerySet":
        """Return the enrolments at levels that give a right to an mLegitymacja."""
        return self.filter(programme__level__in=ENTITLING_LEVELS)

    def with_rights_end(self) -> "EnrolmentQuerySet":
        """Annotate `rights_end`: the last day with a student's rights, NULL where no end is known."""
        day_before = ExpressionWrapper(F("ended_on") - Value(1), output_field=models.DateField())
        october = Func(
            Cast(ExtractYear("ended_on"), models.IntegerField()),
            Value(10),
            Value(31),
            function="make_date",
            output_field=models.DateField(),
        )
        is_first_cycle_graduate = Q(status=EnrolmentStatus.GRADUATED, programme__level=Level.FIRST_CYCLE)
        return self.annotate(
            rights_end=Case(
                When(status__in=ONGOING_STATUSES, then=Value(None)),
                When(is_first_cycle_graduate, then=Greatest(october, day_before)),
                default=day_before,
                output_field=models.DateField(),
            )
        )


class Enrolment(models.Model):
    """A student's time in a programme; `ended_on` is its planned last day, or the day on which it really ends."""

    student = models.ForeignKey(
        "Student", models.CASCADE, related_name="enrolments", verbose_name=_("student")
    )
    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="enrolments", verbose_name=_("kierunek")
    )
    status = models.CharField(
        _("status"),
        max_length=20,
        choices=EnrolmentStatus,
        default=EnrolmentStatus.ACTIVE,
        db_default=EnrolmentStatus.ACTIVE,
    )
    started_on = models.DateField(pgettext_lazy("studies", "od"), validators=[validate_date])
    ended_on = models.DateField(
        pgettext_lazy("studies", "do"),
        null=True,
        blank=True,
        validators=[validate_date],
        help_text=_("Ostatni dzień, planowany lub rzeczywisty."),
    )

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("studia")
        verbose_name_plural = _("studia")
        ordering = ["-started_on"]
        constraints = [
            models.CheckConstraint(
                name="enrolment_ends_after_start",
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                violation_error_message=_("Studia nie mogą skończyć się przed ich rozpoczęciem."),
            ),
            models.CheckConstraint(
                name="enrolment_finished_has_end",
                condition=~Q(status__in=ENDED_STATUSES) | Q(ended_on__isnull=False),
                violation_error_message=_("Skreślenie i ukończenie studiów wymagają daty."),
            ),
            models.CheckConstraint(
                name="enrolment_status_known", condition=Q(status__in=EnrolmentStatus.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} ({self.get_status_display()})"
