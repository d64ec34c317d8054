"""Admin of push services: their failures, subscriptions and pending deliveries."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from notifications.push.models import PushDelivery, PushService, Subscription
from students.admin.readonly import ReadOnlyMixin


def _count(rows: QuerySet[Any]) -> Subquery:
    everything = rows.order_by().annotate(every=Value(1)).values("every")
    return Subquery(everything.annotate(count=Count("pk")).values("count"), output_field=IntegerField())


@admin.register(PushService)
class PushServiceAdmin(ReadOnlyMixin, admin.ModelAdmin[PushService]):
    """Read-only list of push services; only the worker changes them."""

    list_display = ("origin", "failing_since", "failures", "paused_until", "devices", "waiting")
    fields = list_display

    def get_queryset(self, request: HttpRequest) -> QuerySet[PushService]:
        """Annotate the counts that the list shows."""
        # Subqueries: joins would count each device once for every delivery.
        devices = Subscription.objects.filter(service=OuterRef("pk"))
        waiting = PushDelivery.objects.filter(
            subscription__service=OuterRef("pk"), next_attempt_at__isnull=False
        )
        return PushService.objects.order_by("origin").annotate(
            device_count=_count(devices), waiting_count=_count(waiting)
        )

    @admin.display(description=_("urządzenia"))
    def devices(self, service: Any) -> int:
        """Return the number of subscriptions."""
        return service.device_count or 0

    @admin.display(description=_("czeka na wysłanie"))
    def waiting(self, service: Any) -> int:
        """Return the number of pending deliveries."""
        return service.waiting_count or 0
