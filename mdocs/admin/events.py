"""Every step of every order in the admin."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from mdocs.history import detail
from mdocs.models import Order, OrderEvent
from mdocs.querysets import ENCRYPTED
from mdocs.wording import Text
from students.admin.paging import BoundedPaginator
from students.admin.readonly import NoChanges
from students.scope import in_scope


@admin.register(OrderEvent)
class OrderEventAdmin(NoChanges, admin.ModelAdmin[OrderEvent]):
    """The steps, the newest first; found by what finds their order."""

    list_display = ("at", "order_link", "old", "new", "reason", "in_words", "who")
    list_display_links = ("at",)
    list_filter = ("new", "reason")
    list_select_related = ("order", "actor")
    # Any text: the box is for what Order.objects.found understands.
    search_fields = ("order__id",)
    search_help_text = _("Numer zamówienia lub numer w mDokumentach, numer albumu, nazwisko i imię")
    ordering = ("-id",)
    sortable_by = ()
    fields = ("at", "order_link", "old", "new", "reason", "in_words", "who")
    paginator = BoundedPaginator
    show_full_result_count = False

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
        return queryset.filter(order__in=Order.objects.found(search_term).order_by().values("pk")), False

    @admin.display(description=_("zamówienie"))
    def order_link(self, event: OrderEvent) -> str:
        """Lead to the order's page."""
        address = reverse("admin:mdocs_order_change", args=[event.order_id])
        return format_html('<a href="{}">{}</a>', address, event.order)

    @admin.display(description=_("szczegóły"))
    def in_words(self, event: OrderEvent) -> Text:
        """Say what is stored as a code."""
        return detail(event) or "–"

    @admin.display(description=_("kto"))
    def who(self, event: OrderEvent) -> str:
        """Name the account; the portal itself has none."""
        return event.actor.username if event.actor else str(_("portal"))
