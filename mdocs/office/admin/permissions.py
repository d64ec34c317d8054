"""Permissions on orders in the admin: one for each command (`mdocs.roles` grants them)."""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.http import HttpRequest

from mdocs.models import Order

if TYPE_CHECKING:
    Options = admin.ModelAdmin[Order]
else:
    Options = object


class OrderPermissionsMixin(Options):
    """Permissions that actions and buttons ask for."""

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Say whether this user may have orders retried."""
        return bool(request.user.has_perm("mdocs.retry_order"))

    def has_end_permission(self, request: HttpRequest) -> bool:
        """Say whether this user may cancel orders and revoke documents."""
        return bool(request.user.has_perm("mdocs.revoke_order"))

    def has_write_off_permission(self, request: HttpRequest) -> bool:
        """Say whether this user may close orders that mDokumenty does not know."""
        return bool(request.user.has_perm("mdocs.write_off_order"))

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Say whether this user may take orders away."""
        return bool(request.user.has_perm("mdocs.export_order"))
