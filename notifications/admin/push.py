"""Admin of push services: their failures, subscriptions and pending deliveries."""

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from notifications.push.models import PushDelivery, PushService, Subscription
from students.admin.counts import count_of
from students.admin.readonly import ReadOnlyMixin


@admin.register(PushService)
class PushServiceAdmin(ReadOnlyMixin, admin.ModelAdmin[PushService]):
    """Read-only list of push services; only the worker changes them."""

    list_display = ("origin", "failing_since", "failures", "paused_until", "devices", "waiting")
    fields = list_display

    def get_queryset(self, request: HttpRequest) -> QuerySet[PushService]:
        """Annotate the counts that the list shows."""
        devices = Subscription.objects.filter(service=OuterRef("pk"))
        waiting = PushDelivery.objects.filter(
            subscription__service=OuterRef("pk"), next_attempt_at__isnull=False
        )
        return PushService.objects.order_by("origin").annotate(
            device_count=count_of(devices), waiting_count=count_of(waiting)
        )

    @admin.display(description=_("urządzenia"))
    def devices(self, service: Any) -> int:
        """Return the number of subscriptions."""
        return int(service.device_count)

    @admin.display(description=_("czeka na wysłanie"))
    def waiting(self, service: Any) -> int:
        """Return the number of pending deliveries."""
        return int(service.waiting_count)
