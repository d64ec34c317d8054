"""Filters of the admin's lists that somebody has saved under a name."""

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from students.models.people import User
from students.names import validate_visible


class SavedFilterQuerySet(models.QuerySet["SavedFilter", "SavedFilter"]):
    """Queryset of saved filters."""

    def for_user(self, user: User | AnonymousUser) -> "SavedFilterQuerySet":
        """Return the user's own, and those that others share with the office; the owner is fetched with each."""
        return self.filter(Q(user=user.pk) | Q(is_shared=True)).select_related("user")


class SavedFilter(models.Model):
    """A choice of filters of a list of the admin. Words that were searched for are not kept: they name people."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("kto"), editable=False
    )
    list = models.CharField(_("lista"), max_length=100, editable=False)  # label of its model
    name = models.CharField(_("nazwa"), max_length=60, validators=[validate_visible])
    query = models.CharField(_("filtry"), max_length=1_000, editable=False)
    is_shared = models.BooleanField(_("widzi go cały dziekanat"), default=False, db_default=False)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        verbose_name = _("zapisany filtr")
        verbose_name_plural = _("zapisane filtry")
        ordering = ["list", "name", "pk"]
        default_permissions = ()  # everybody's own
        constraints = [
            models.UniqueConstraint(
                fields=["user", "list", "name"],
                name="savedfilter_name_once",
                violation_error_message=_("Masz już na tej liście filtr o tej nazwie."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
