"""Model of the numbers of half-years, which are kept so that nobody counts a university at each look."""

from django.db import models
from django.db.models import Value
from django.utils.translation import gettext_lazy as _

from students.models import Faculty, Level


class HalfYearFigures(models.Model):
    """Numbers of a half-year at a faculty and level; written by `mdocs.office.half_years.counting` alone.

    `entitled` and `on_phones` are as of the last count within the half-year: NULL where none was made in it. The others
    sum up what has happened in it.
    """

    until = models.DateField(_("półrocze do"))
    faculty = models.ForeignKey(Faculty, models.CASCADE, related_name="+", verbose_name=_("wydział"))
    level = models.CharField(_("poziom"), max_length=20, choices=Level)
    entitled = models.PositiveIntegerField(_("uprawnieni"), null=True)
    on_phones = models.PositiveIntegerField(_("na telefonach"), null=True)
    ordered = models.PositiveIntegerField(_("zamówili"), default=0, db_default=0)
    refused = models.JSONField(
        _("odmowy, według powodu"), default=dict, db_default=Value({}, models.JSONField())
    )
    cards_extended = models.PositiveIntegerField(_("przedłużone legitymacje"), default=0, db_default=0)
    documents_extended = models.PositiveIntegerField(_("przedłużone mLegitymacje"), default=0, db_default=0)
    counted_at = models.DateTimeField(_("policzono"))

    class Meta:
        verbose_name = _("liczby półrocza")
        verbose_name_plural = _("liczby półroczy")
        default_permissions = ()  # shown with the permission to view orders
        constraints = [
            models.UniqueConstraint(fields=["until", "faculty", "level"], name="halfyearfigures_once"),
        ]

    def __str__(self) -> str:
        return f"{self.until}: {self.faculty_id}, {self.level}"
