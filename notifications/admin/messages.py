"""Admin of messages: student, type or template, time and state of the e-mail, without the text."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from mdocs.models import Order
from mdocs.office.admin.events import MOST_ORDERS
from mdocs.office.admin.links import order_link
from mdocs.querysets import ENCRYPTED
from notifications.messages.models import Message
from students.admin.paging import BoundedPaginator
from students.admin.readonly import ReadOnlyMixin
from students.moments import write_moment


@admin.register(Message)
class MessageAdmin(ReadOnlyMixin, admin.ModelAdmin[Message]):
    """List of messages, the newest first; the search finds the orders they are about."""

    list_display = ("created_at", "student", "order_link", "subject", "email", "read_at")
    list_display_links = ("created_at",)
    list_select_related = ("student", "order", "mailing")
    list_filter = ("kind", "email_state", "created_at")
    # Any text: the box is for what Order.objects.search understands.
    search_fields = ("order__id",)
    search_help_text = _("Numer zamówienia lub numer w mDokumentach, numer albumu, nazwisko i imię")
    ordering = ("-id",)
    sortable_by = ()
    fields = (
        "created_at",
        "student",
        "order_link",
        "subject",
        "read_at",
        "email",
        "email_failures",
        "last_failure",
    )
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    class Media:
        css = {"all": ["admin-office.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        """Return the messages to students whom this user may see."""
        messages = Message.objects.visible_to(request.user).order_by(*self.ordering)
        return messages.defer("student__pesel", *(f"order__{field}" for field in ENCRYPTED))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Message], search_term: str
    ) -> tuple[QuerySet[Message], bool]:
        """Return the messages about the orders that match the term."""
        if not search_term.strip():
            return queryset, False
        orders = Order.objects.visible_to(request.user).search(search_term).values_list("pk", flat=True)
        return queryset.filter(order__in=list(orders.order_by("-created_at")[:MOST_ORDERS])), False

    @admin.display(description=_("zamówienie"))
    def order_link(self, message: Message) -> str:
        """Return a link to the order's page; nothing for a message from the office."""
        if message.order_id is None:
            return "–"
        return order_link(message.order_id, message.order)

    @admin.display(description=_("rodzaj"))
    def subject(self, message: Message) -> str:
        """Return what it is about: its type, or the office's template."""
        kind = message.get_kind_display()
        return f"{kind}: {message.mailing}" if message.mailing else kind

    @admin.display(description=_("e-mail"))
    def email(self, message: Message) -> str:
        """Return the state of the e-mail, with the time if it was sent."""
        when = message.email_sent_at
        state = message.get_email_state_display()
        if when is None:
            return state
        return format_html('{} <span class="order-since">{}</span>', state, write_moment(when))

    @admin.display(description=_("odpowiedź serwera poczty"))
    def last_failure(self, message: Message) -> StrOrPromise:
        """Return the last code with which the mail server rejected it."""
        return message.email_failure or "–"
