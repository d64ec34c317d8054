"""Permissions in the language of whoever gives them: the database has their names in one language only."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group, Permission
from django.db.models.fields.related import ManyToManyField
from django.forms import ModelMultipleChoiceField
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from students.admin.scoped import Options

# Those that Django makes for every model.
_OF_EVERY_MODEL: Mapping[str, StrOrPromise] = {
    "view": _("oglądanie"),
    "add": _("dodawanie"),
    "change": _("zmienianie"),
    "delete": _("usuwanie"),
}


def in_words(permission: Permission) -> str:
    """Say what a permission is for; what ours are called is found among the texts of the models."""
    verb, _underscore, model = permission.codename.partition("_")
    of_every_model = verb in _OF_EVERY_MODEL and model == permission.content_type.model
    what = _OF_EVERY_MODEL[verb] if of_every_model else translation.gettext(permission.name)
    return f"{permission.content_type}: {what}"


class PermissionLabelsMixin(Options):
    """Offers permissions in words."""

    def formfield_for_manytomany(
        self, db_field: ManyToManyField[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelMultipleChoiceField[Any] | None:
        """Say what each permission that may be chosen is for."""
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if db_field.related_model is Permission and isinstance(field, ModelMultipleChoiceField):
            field.label_from_instance = in_words  # type: ignore[assignment, method-assign]
        return field


admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(PermissionLabelsMixin, GroupAdmin):
    """Roles: Django's groups."""
