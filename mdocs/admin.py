"""Orders in the admin: to look at. What changes them are the verbs of `mdocs.orders`, never a form."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from mdocs.models import Breaker, Order, OrderEvent


class ReadOnly(admin.ModelAdmin[Any]):
    """An admin in which nothing can be added, changed or deleted."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False


class OrderEventInline(admin.TabularInline[OrderEvent, Order]):
    """The life of an order, the oldest step first."""

    model = OrderEvent
    fields = readonly_fields = ("at", "old", "new", "reason", "detail", "actor")
    can_delete = False
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: history is written by the verbs."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[OrderEvent]:
        """Fetch the actors with the events."""
        return super().get_queryset(request).select_related("actor")


@admin.register(Order)
class OrderAdmin(ReadOnly):
    """Orders, found by album number, surname or either number of the order."""

    list_display = ("created_at", "student", "status", "valid_until", "attention", "next_attempt_at")
    list_filter = ("status", "attention", "created_at")
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
        return super().get_queryset(request).defer("holder", "qr_token", "activation_code", "qr_svg")


@admin.register(OrderEvent)
class OrderEventAdmin(ReadOnly):
    """Every step of every order."""

    list_display = ("at", "order", "old", "new", "reason", "detail", "actor")
    list_filter = ("new", "reason")
    list_select_related = ("actor",)
    search_fields = ("order__id__exact", "order__student__album_number__exact")


@admin.register(Breaker)
class BreakerAdmin(ReadOnly):
    """How mDokumenty is."""

    list_display = ("state", "changed_at", "failures", "next_probe_at", "engine_seen_at")
