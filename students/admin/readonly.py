"""What the admin shows and does not let anybody change."""

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
    """Lets nobody add, change or delete; viewing stays a matter of permissions."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False
