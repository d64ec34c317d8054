"""Admin of periodic tasks."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from students.admin.readonly import ReadOnlyMixin
from students.models import PeriodicTask


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(ReadOnlyMixin, admin.ModelAdmin[PeriodicTask]):
    """List of periodic tasks: when each last succeeded, on how many, and whether it fails."""

    list_display = ("name", "succeeds", "succeeded_at", "count", "failed_at", "error")
    list_display_links = None

    @admin.display(boolean=True, description=_("działa"))
    def succeeds(self, task: PeriodicTask) -> bool:
        """Return whether it succeeded the last time."""
        return not task.is_failing
