"""Model of the front page's figures that take long to count at a large university."""

from django.db import models
from django.db.models import Value
from django.utils.translation import gettext_lazy as _


class KeptFigures(models.Model):
    """Figures as they were counted last; written by `mdocs.office.dashboard.kept` alone."""

    class Name(models.TextChoices):
        """Names of what is counted."""

        EXTENSIONS = "extensions", _("legitymacje do przedłużenia")
        ENDINGS = "endings", _("stracą uprawnienia")

    name = models.CharField(_("co policzono"), max_length=20, choices=Name)
    # A faculty's key; empty for the whole university.
    scope = models.CharField(_("wydział"), max_length=20, blank=True, default="", db_default="")
    figures = models.JSONField(_("liczby"), default=dict, db_default=Value({}, models.JSONField()))
    counted_at = models.DateTimeField(_("policzono"))
    took = models.DurationField(_("liczono przez"))

    class Meta:
        verbose_name = _("policzone liczby")
        verbose_name_plural = _("policzone liczby")
        default_permissions = ()  # shown with the permission to view orders
        constraints = [
            models.UniqueConstraint(fields=["name", "scope"], name="keptfigures_once"),
            models.CheckConstraint(
                name="keptfigures_name_known", condition=models.Q(name__in=["endings", "extensions"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_name_display()}, {self.scope or '*'}"
