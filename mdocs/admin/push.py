"""How the servers are through which phones are reached, in the admin."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from mdocs.models import PushService
from students.admin.readonly import NoChanges


@admin.register(PushService)
class PushServiceAdmin(NoChanges, admin.ModelAdmin[PushService]):
    """The push services: whether they answer, and what waits for them; to look at, the worker alone changes them."""

    list_display = ("origin", "failing_since", "failures", "paused_until", "devices", "waiting")
    fields = list_display

    def get_queryset(self, request: HttpRequest) -> QuerySet[PushService]:
        """Count along what the list shows."""
        waiting = Q(subscription__pushdelivery__next_attempt_at__isnull=False)
        services = PushService.objects.order_by("origin")
        return services.annotate(
            device_count=Count("subscription", distinct=True),
            waiting_count=Count("subscription__pushdelivery", filter=waiting),
        )

    @admin.display(description=_("urządzenia"))
    def devices(self, service: Any) -> int:
        """Count the browsers that are reached through it."""
        return int(service.device_count)

    @admin.display(description=_("czeka na wysłanie"))
    def waiting(self, service: Any) -> int:
        """Count what has still to be sent through it."""
        return int(service.waiting_count)
