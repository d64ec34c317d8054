"""Admin of alarms."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from operations import alarm_texts
from operations.models import Alarm, AlarmQuerySet
from students.admin.readonly import ReadOnlyMixin


class _IsOpen(admin.SimpleListFilter):
    title = gettext_lazy("czy trwa")
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the choices."""
        return [("yes", gettext_lazy("trwa")), ("no", gettext_lazy("ustał"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the alarms of the choice."""
        return queryset.filter(gone_at__isnull=self.value() == "yes") if self.value() else queryset


@admin.register(Alarm)
class AlarmAdmin(ReadOnlyMixin, admin.ModelAdmin[Alarm]):
    """List of alarms, those that last first; each may be noted as seen, and nothing else."""

    list_display = ("wrong", "since", "seen", "gone_at")
    list_display_links = None
    list_filter = (_IsOpen, "kind")
    list_select_related = ("seen_by",)
    fields = ("wrong", "mend", "since", "last_seen_at", "seen", "gone_at")
    readonly_fields = fields
    actions = ("mark_seen",)

    @admin.display(description=gettext_lazy("co się dzieje"))
    def wrong(self, alarm: Alarm) -> str:
        """Return what is wrong, in words."""
        return alarm_texts.of(alarm)[0]

    @admin.display(description=gettext_lazy("co zrobić"))
    def mend(self, alarm: Alarm) -> str:
        """Return how to mend it."""
        return alarm_texts.of(alarm)[1]

    @admin.display(description=gettext_lazy("kto zauważył"))
    def seen(self, alarm: Alarm) -> str:
        """Return who has seen it."""
        if alarm.seen_at is None:
            return _("nikt")
        return str(alarm.seen_by.get_full_name() or alarm.seen_by) if alarm.seen_by else _("ktoś")

    def has_acknowledge_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may note having seen alarms."""
        return request.user.has_perm("operations.acknowledge_alarm")

    @admin.action(description=gettext_lazy("Widziałem"), permissions=["acknowledge"])
    def mark_seen(self, request: HttpRequest, queryset: AlarmQuerySet) -> None:
        """Note who has seen the chosen alarms."""
        number = queryset.order_by().mark_seen(request.user, timezone.now())
        messages.success(request, _("Zaznaczono, że alarmy są zauważone: %s.") % number)
