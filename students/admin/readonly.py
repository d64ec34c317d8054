"""Read-only mixin for the admin."""

from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

M = TypeVar("M", bound=models.Model)
if TYPE_CHECKING:
    Options = admin.options.BaseModelAdmin[models.Model]
else:
    Options = object


class ReadOnlyMixin(Options):
    """Forbid add, change and delete; viewing depends on permissions."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False."""
        return False
