"""Orders in the admin: to look at. What changes them are the verbs of `mdocs.orders`, never a form."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mdocs import admin_students  # noqa: F401  # adds to the admin of students
from mdocs.models import Breaker, Order, OrderEvent
from mdocs.querysets import ENCRYPTED
from students.admin.readonly import NoChanges


class NeedsAttention(admin.SimpleListFilter):
    """The orders that somebody should look at (docs/runbook.md, "Orders that need attention")."""

    title = _("wymaga uwagi")
    parameter_name = "needs_attention"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer one choice beside all orders."""
        return [("yes", _("tak: czeka na pracownika albo ponad dobę"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        """Keep those orders, if chosen."""
        if self.value() != "yes":
            return queryset
        return queryset & Order.objects.needing_attention(timezone.now())


class OrderEventInline(NoChanges, admin.TabularInline[OrderEvent, Order]):
    """The life of an order, the oldest step first."""

    model = OrderEvent
    fields = readonly_fields = ("at", "old", "new", "reason", "detail", "actor")
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[OrderEvent]:
        """Fetch the actors with the events."""
        return super().get_queryset(request).select_related("actor")


@admin.register(Order)
class OrderAdmin(NoChanges, admin.ModelAdmin[Order]):
    """Orders, found by album number, surname or either number of the order."""

    list_display = ("created_at", "student", "status", "valid_until", "attention", "next_attempt_at")
    list_filter = (NeedsAttention, "status", "created_at")
    list_select_related = ("student",)
    search_fields = (
        "id__exact",
        "mdokumenty_id__exact",
        "student__album_number__exact",
        "student__last_name__istartswith",
    )
    date_hierarchy = "created_at"
    inlines = (OrderEventInline,)
    # Neither the codes nor the holder's data: they are the student's.
    fields = (
        "id",
        "student",
        ("status", "status_changed_at"),
        ("created_at", "valid_until"),
        ("album_number", "card_number"),
        ("mdokumenty_id", "remote_updated_at"),
        ("sent_at", "codes_expire_at"),
        ("refusal", "revocation_reason"),
        ("order_again", "extend_to", "reissue_required", "blocked_by"),
        ("next_attempt_at", "leased_until", "failures", "last_failure"),
        "attention",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        """Leave out what is encrypted: nothing here shows it."""
        return Order.objects.defer(*ENCRYPTED, "student__pesel")


@admin.register(OrderEvent)
class OrderEventAdmin(NoChanges, admin.ModelAdmin[OrderEvent]):
    """Every step of every order."""

    list_display = ("at", "order", "old", "new", "reason", "detail", "actor")
    list_filter = ("new", "reason")
    list_select_related = ("order", "actor")
    search_fields = ("order__id__exact", "order__student__album_number__exact")

    def get_queryset(self, request: HttpRequest) -> QuerySet[OrderEvent]:
        """Leave out what is encrypted of the orders."""
        return OrderEvent.objects.defer(*(f"order__{field}" for field in ENCRYPTED))


@admin.register(Breaker)
class BreakerAdmin(NoChanges, admin.ModelAdmin[Breaker]):
    """How mDokumenty is."""

    list_display = ("state", "changed_at", "failures", "next_probe_at", "engine_seen_at")
