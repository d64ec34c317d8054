"""Admin of order events, read-only."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from mdocs.event_labels import event_label
from mdocs.models import Order, OrderEvent
from mdocs.office.admin.links import order_link
from mdocs.querysets import ENCRYPTED
from students.admin.paging import BoundedPaginator
from students.admin.readonly import ReadOnlyMixin
from students.scope import in_scope

MOST_ORDERS = 1_000  # that a search may mean; beyond it, it says little


@admin.register(OrderEvent)
class OrderEventAdmin(ReadOnlyMixin, admin.ModelAdmin[OrderEvent]):
    """The steps, the newest first; found by what finds their order."""

    list_display = ("at", "order_link", "what", "states", "who")
    list_display_links = ("at",)
    list_select_related = ("order", "actor")
    # Any text: the box is for what Order.objects.search understands.
    search_fields = ("order__id",)
    search_help_text = _("Numer zamówienia lub numer w mDokumentach, numer albumu, nazwisko i imię")
    ordering = ("-id",)
    sortable_by = ()
    fields = ("at", "order_link", "what", "states", "who")
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    class Media:
        css = {"all": ["admin-office.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[OrderEvent]:
        """Keep the steps of the orders that this user may see, without what is encrypted of those."""
        events = OrderEvent.objects.filter(in_scope(request.user, "order__student_id"))
        return events.defer(*(f"order__{field}" for field in ENCRYPTED))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[OrderEvent], search_term: str
    ) -> tuple[QuerySet[OrderEvent], bool]:
        """Keep the steps of the orders that the term means."""
        if not search_term.strip():
            return queryset, False
        # As a list: what the log of a million steps is then searched for are a few keys of its index.
        orders = Order.objects.visible_to(request.user).search(search_term).values_list("pk", flat=True)
        return queryset.filter(order__in=list(orders.order_by("-created_at")[:MOST_ORDERS])), False

    @admin.display(description=_("zamówienie"))
    def order_link(self, event: OrderEvent) -> str:
        """Lead to the order's page."""
        return order_link(event.order_id, event.order)

    @admin.display(description=_("co się stało"))
    def what(self, event: OrderEvent) -> str:
        """Say what happened, codes put into words."""
        told = event_label(event)
        return f"{told.what}: {told.detail}" if told.detail else str(told.what)

    @admin.display(description=_("stan"))
    def states(self, event: OrderEvent) -> str:
        """Say from which state to which the order went, if it did."""
        told = event_label(event)
        return f"{told.old} → {told.new}" if told.old else str(told.new or "–")

    @admin.display(description=_("kto"))
    def who(self, event: OrderEvent) -> StrOrPromise:
        """Name who did it; the portal has no account."""
        return event_label(event).who
