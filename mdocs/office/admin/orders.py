"""Admin of orders: what needs attention first, each order with its history and its buttons."""

from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from mdocs.advice import UNWELL
from mdocs.engine import breaker
from mdocs.event_labels import event_labels
from mdocs.models import Order
from mdocs.office.admin.bulk_actions import BulkActionsMixin
from mdocs.office.admin.buttons import OrderButtonsMixin
from mdocs.office.admin.exports import OrderExportMixin
from mdocs.office.admin.filters import NeedsAttention, OutdatedAlbumNumber
from mdocs.office.attention import advice
from mdocs.office.next_action import next_action
from mdocs.office.stopped_sweep import stopped_sweep
from mdocs.querysets import ENCRYPTED, Lane, OrderQuerySet
from students.admin.links import student_link
from students.admin.list_jobs import ListJobsMixin
from students.admin.paging import BoundedPaginator
from students.admin.readonly import ReadOnlyMixin
from students.moments import write_moment


class OrderPaginator(BoundedPaginator):
    """Paginator that finds the keys of a page's orders first, then these orders with their students.

    Else PostgreSQL, which expects few orders of a search, joins and sorts whole rows of all that it finds.
    """

    def page(self, number: int | str) -> Page[Order]:
        """Return the page, its orders fetched by their keys."""
        page = super().page(number)
        found = cast(QuerySet[Order], page.object_list)
        keys = list(found.values_list("pk", flat=True))
        orders = Order.objects.filter(pk__in=keys).order_by(*OrderAdmin.ordering)
        page.object_list = orders.defer(*ENCRYPTED, "student__pesel").select_related("student__user")
        return page


@admin.register(Order)
class OrderAdmin(
    OrderButtonsMixin,
    BulkActionsMixin,
    ListJobsMixin,
    OrderExportMixin,
    ReadOnlyMixin,
    admin.ModelAdmin[Order],
):
    """Orders; neither the codes nor the holder's data are among what is shown: they are the student's."""

    student_of, about_orders = "student_id", True
    list_filter = (NeedsAttention, "status", "attention", OutdatedAlbumNumber, "created_at")
    list_select_related = ("student__user",)
    # Any text: the box is for what Order.objects.search understands.
    search_fields = ("id",)
    search_help_text = _("Numer zamówienia lub numer w mDokumentach, numer albumu, nazwisko i imię")
    ordering = ("-created_at", "-id")
    sortable_by = ()
    list_per_page = 100
    list_max_show_all = 0
    paginator = OrderPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # each would count the whole table
    actions = ("retry_chosen", "end_chosen", "export_csv", "export_xlsx")
    change_list_template = "admin/mdocs/order/change_list.html"

    def get_queryset(self, request: HttpRequest) -> OrderQuerySet:
        """Keep what this user may see, and leave out what is encrypted: nothing here shows it."""
        orders = Order.objects.visible_to(request.user)
        return orders.defer(*ENCRYPTED, "student__pesel").order_by(*self.ordering)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Order], search_term: str
    ) -> tuple[QuerySet[Order], bool]:
        """Keep the orders that the term means."""
        if not search_term.strip() or not isinstance(queryset, OrderQuerySet):
            return queryset, False
        return queryset.search(search_term), False

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """Say what to do where that is what the list is for."""
        if request.GET.get(NeedsAttention.parameter_name) == NeedsAttention.YES:
            return ("ordered", "student", "state", "why_and_what_to_do")
        return ("ordered", "student", "state", "valid_until", "why")

    @admin.display(description=_("złożone"))
    def ordered(self, order: Order) -> str:
        """Say when, to the minute."""
        return write_moment(order.created_at)

    @admin.display(description=_("status"))
    def state(self, order: Order) -> str:
        """Name the state, and since when it has been."""
        since = write_moment(order.status_changed_at)
        return format_html('{}<br><span class="order-since">{}</span>', order.get_status_display(), since)

    @admin.display(description=_("uwagi"))
    def why(self, order: Order) -> StrOrPromise:
        """Say why the order does not go on."""
        found = advice(order, timezone.now())
        return found.why if found else "–"

    @admin.display(description=_("dlaczego i co zrobić"))
    def why_and_what_to_do(self, order: Order) -> str:
        """Say why the order does not go on, and what staff can do about it."""
        found = advice(order, timezone.now())
        return format_html("<strong>{}</strong><br>{}", found.why, found.do) if found else "–"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Open with what needs attention; how mDokumenty is stands above where it holds everything up."""
        if request.method == "GET" and not request.GET and self.has_view_permission(request):
            return redirect(f"{request.path}?{NeedsAttention.parameter_name}={NeedsAttention.YES}")
        whole_list = {NeedsAttention.parameter_name: NeedsAttention.YES}
        only_some = request.GET.get(NeedsAttention.parameter_name) == NeedsAttention.YES
        sweep = stopped_sweep(request.user)
        nothing_else = (
            _("Poza tym nic nie wymaga teraz uwagi.") if sweep else _("Nic nie wymaga teraz uwagi.")
        )
        context = {
            "title": _("Zamówienia, które wymagają uwagi") if only_some else _("Zamówienia"),
            "only_some": only_some,
            "nothing_there": nothing_else if request.GET.dict() == whole_list else None,
            "unwell": self._unwell(),
            "stopped_sweep": sweep,
            "may_export": self.has_export_permission(request),
        }
        return super().changelist_view(request, {**(extra_context or {}), **context})

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the order; there is nothing to save in it."""
        if request.method not in {"GET", "HEAD"}:
            raise PermissionDenied
        return self.order_page(request, object_id)

    def order_page(
        self, request: HttpRequest, object_id: str, *, problem: StrOrPromise = "", status: int = 200
    ) -> HttpResponse:
        """Answer with the order as it is now, above it what went wrong."""
        order = self.order_for(request, object_id, allowed=True)
        now = timezone.now()
        health = breaker.current(Lane.of(order))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Zamówienie"),
            "subtitle": None,
            "order": order,
            "problem": problem,
            "student": self._student(request, order),
            "advice": advice(order, now),
            "unwell": UNWELL.get(health.state) if order.is_live else None,
            "outlook": next_action(order, health, now),
            "steps": event_labels(order),
            "offers": self.offers(request, order),
        }
        return TemplateResponse(request, "admin/mdocs/order/page.html", context, status=status)

    def _unwell(self) -> dict[str, Any] | None:
        health = breaker.worst()
        found = UNWELL.get(health.state)
        return {"advice": found, "since": health.changed_at} if found else None

    def _student(self, request: HttpRequest, order: Order) -> str:
        if not request.user.has_perm("students.view_student"):
            return str(order.student)
        return student_link(order.student)
