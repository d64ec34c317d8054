"""Admin of the circuit breaker."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from mdocs.models import Breaker
from mdocs.roles import SEE_CAUSE
from students.admin.readonly import ReadOnlyMixin


@admin.register(Breaker)
class BreakerAdmin(ReadOnlyMixin, admin.ModelAdmin[Breaker]):
    """Rows of the breaker, one for each lane: to look at, the engine alone changes them.

    They are for who looks after the portal: the front page says in other words how mDokumenty is.
    """

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
        "clock_difference_shown",
    )
    fields = (*list_display, "clock_read_at")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say whether this user looks after the portal."""
        return super().has_view_permission(request, obj) and request.user.has_perm(SEE_CAUSE)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return all fields, of which the difference of the clocks is none of the model."""
        return self.fields

    @admin.display(description=_("różnica zegarów"))
    def clock_difference_shown(self, breaker: Breaker) -> str:
        """Return by how many seconds mDokumenty's clock is ahead; a minus where it is behind."""
        difference = breaker.clock_difference
        if difference is None:
            return "–"
        return f"{number_format(difference.total_seconds(), 1)} s".replace("-", "−")
