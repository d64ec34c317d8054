"""Admin of the circuit breaker."""

from django.contrib import admin

from mdocs.models import Breaker
from students.admin.readonly import ReadOnlyMixin


@admin.register(Breaker)
class BreakerAdmin(ReadOnlyMixin, admin.ModelAdmin[Breaker]):
    """Rows of the breaker, one for each lane: to look at, the engine alone changes them."""

    list_display = (
        "lane",
        "state",
        "cause",
        "cause_detail",
        "changed_at",
        "failures",
        "refused_operation",
        "next_probe_at",
        "engine_seen_at",
        "clock_difference",
        "clock_read_at",
    )
    fields = list_display
