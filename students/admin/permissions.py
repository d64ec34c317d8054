"""Labels of permissions in the user's language; the database stores them in one language."""

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
from students.admin.versioned import VersionedAdminMixin

# Those that Django makes for every model.
_OF_EVERY_MODEL: Mapping[str, StrOrPromise] = {
    "view": _("oglądanie"),
    "add": _("dodawanie"),
    "change": _("zmienianie"),
    "delete": _("usuwanie"),
}


def in_words(permission: Permission) -> str:
    """Return the label of a permission; names of ours are translated with the models' texts."""
    verb, _underscore, model = permission.codename.partition("_")
    of_every_model = verb in _OF_EVERY_MODEL and model == permission.content_type.model
    what = _OF_EVERY_MODEL[verb] if of_every_model else translation.gettext(permission.name)
    return f"{permission.content_type}: {what}"


class PermissionLabelsMixin(Options):
    """Show translated labels of permissions in choice fields."""

    def formfield_for_manytomany(
        self, db_field: ManyToManyField[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelMultipleChoiceField[Any] | None:
        """Return the field with a translated label for each permission."""
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if db_field.related_model is Permission and isinstance(field, ModelMultipleChoiceField):
            field.label_from_instance = in_words  # type: ignore[assignment, method-assign]
        return field


admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(PermissionLabelsMixin, VersionedAdminMixin, GroupAdmin):
    """Admin of roles, which are Django's groups."""
