"""Admin of the circuit breaker."""

from django.contrib import admin

from mdocs.models import Breaker
from students.admin.readonly import ReadOnlyMixin


@admin.register(Breaker)
class BreakerAdmin(ReadOnlyMixin, admin.ModelAdmin[Breaker]):
    """The one row of the breaker: to look at, the engine alone changes it."""

    list_display = ("state", "changed_at", "failures", "next_probe_at", "engine_seen_at")
    fields = list_display
