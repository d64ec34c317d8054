"""Webhooks in the admin: endpoints, and what became of the deliveries to each."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from django_stubs_ext import StrOrPromise

from api.models import Delivery, Endpoint
from api.webhooks.messages import TEST, type_of
from api.webhooks.models import DeliveryState
from mdocs.office.admin.links import order_link
from students.admin.counts import count_of
from students.admin.paging import BoundedPaginator
from students.admin.readonly import ReadOnlyMixin
from students.admin.secrets import ShowSecretOnceMixin
from students.admin.versioned import VersionedAdminMixin
from students.moments import write_moment
from students.versioned_forms import VersionedModelForm

# What switching an endpoint on or off may reset.
RESET = ("failures", "failing_since", "paused_until", "dropped", "dropped_since", "switched_off")


class EndpointForm(VersionedModelForm[Endpoint]):
    """Form of an endpoint."""

    def changed_columns(self) -> list[str]:
        """Return the columns that this form changes: switching an endpoint on or off may reset others."""
        changed = super().changed_columns()
        return [*changed, *RESET] if "is_active" in changed else changed


@admin.register(Endpoint)
class EndpointAdmin(ShowSecretOnceMixin, VersionedAdminMixin, admin.ModelAdmin[Endpoint]):
    """Admin of endpoints: registration, state, failures, and how many deliveries wait or are refused."""

    form = EndpointForm
    list_display = (
        "name",
        "url",
        "is_active",
        "switched_off",
        "failing_since",
        "paused_until",
        "waiting",
        "refused",
        "lost",
    )
    readonly_fields = ("switched_off", "failing_since", "paused_until", "waiting", "refused", "lost")
    list_filter = ("is_active",)
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    secret_title = _("Sekret odbiorcy powiadomień")
    change_form_template = "admin/api/endpoint/change_form.html"

    def get_fields(self, request: HttpRequest, obj: Endpoint | None = None) -> tuple[str, ...]:
        """Return what is typed, and how an endpoint that exists is faring."""
        typed = ("name", "url", "is_active")
        return (*typed, *self.readonly_fields) if obj else typed

    def get_urls(self) -> list[Any]:
        """Add the address that sends a test."""
        send = self.admin_site.admin_view(require_POST(self.send_test))
        return [path("<int:key>/test/", send, name="api_endpoint_test"), *super().get_urls()]

    def send_test(self, request: HttpRequest, key: int) -> HttpResponse:
        """Create a test delivery, and show the deliveries to the endpoint."""
        endpoint = self.get_object(request, str(key))
        if endpoint is None or not self.has_change_permission(request, endpoint):
            raise PermissionDenied
        if not endpoint.is_active:
            self.message_user(request, _("Odbiorca jest wyłączony: najpierw go włącz."), messages.ERROR)
            return redirect("admin:api_endpoint_change", key)
        Delivery.objects.create(endpoint=endpoint)
        self.message_user(request, _("Próbne powiadomienie zostanie wysłane za chwilę. Odśwież tę listę."))
        return redirect(f"{reverse('admin:api_delivery_changelist')}?endpoint__id__exact={key}")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Endpoint]:
        """Annotate the counts that the list shows."""
        deliveries = Delivery.objects.filter(endpoint=OuterRef("pk"))
        return Endpoint.objects.order_by("name").annotate(
            waiting_count=count_of(deliveries.waiting()), refused_count=count_of(deliveries.refused())
        )

    def save_model(self, request: HttpRequest, obj: Endpoint, form: Any, change: bool) -> None:
        """Reset the failures of an endpoint that is switched on, and what is dropped of one that is switched off."""
        if "is_active" in form.changed_data:
            if obj.is_active:
                obj.failures, obj.failing_since, obj.paused_until = 0, None, None
                obj.switched_off = ""
            else:
                obj.dropped, obj.dropped_since = 0, None
        super().save_model(request, obj, form, change)

    @admin.display(description=_("czeka"))
    def waiting(self, endpoint: Any) -> str:
        """Return the number of deliveries that wait, with a link to them."""
        return _link_to_deliveries(endpoint, DeliveryState.WAITING, vars(endpoint).get("waiting_count", 0))

    @admin.display(description=_("odrzucono"))
    def refused(self, endpoint: Any) -> str:
        """Return the number of deliveries that were given up, with a link to them."""
        return _link_to_deliveries(endpoint, DeliveryState.REFUSED, vars(endpoint).get("refused_count", 0))

    @admin.display(description=_("przepadło"))
    def lost(self, endpoint: Endpoint) -> StrOrPromise:
        """Return how many deliveries were deleted undelivered since it was last switched off, and since when."""
        if endpoint.dropped_since is None:
            return "–"
        since = write_moment(endpoint.dropped_since)
        return _("%(count)d, od %(since)s") % {"count": endpoint.dropped, "since": since}


class DeliveryStateFilter(admin.SimpleListFilter):
    """Filter of deliveries by state."""

    title, parameter_name = _("stan"), "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, StrOrPromise]]:
        """Return the states."""
        return list(DeliveryState.choices)

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Return the deliveries in the chosen state."""
        chosen = self.value()
        return queryset.in_state(chosen) if chosen in DeliveryState.values else queryset


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyMixin, admin.ModelAdmin[Delivery]):
    """List of deliveries, the newest first, with what was answered: those that do not wait can be sent again."""

    list_display = (
        "happened_at",
        "endpoint",
        "type",
        "order_link",
        "state",
        "failures",
        "answer",
        "duration",
    )
    list_display_links = None
    list_select_related = ("endpoint", "event")
    list_filter = (DeliveryStateFilter, "endpoint")
    ordering = ("-created_at", "-id")
    sortable_by = ()
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = ("send_again",)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether the user may view endpoints."""
        return request.user.has_perm("api.view_endpoint")

    def has_send_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may change endpoints."""
        return request.user.has_perm("api.change_endpoint")

    @admin.action(description=_("Wyślij ponownie"), permissions=["send"])
    def send_again(self, request: HttpRequest, queryset: Any) -> None:
        """Have those of the chosen that have arrived or were refused sent again."""
        count = Delivery.objects.filter(pk__in=queryset.values("pk")).send_again(timezone.now())
        said = ngettext(
            "Wysłane ponownie będzie %(count)d powiadomienie.",
            "Wysłane ponownie będą powiadomienia: %(count)d.",
            count,
        )
        self.message_user(request, said % {"count": count})

    @admin.display(description=_("nieudane próby"))
    def failures(self, delivery: Delivery) -> int:
        """Return how many attempts have failed since it was last to be sent."""
        return delivery.attempts

    @admin.display(description=_("kiedy"))
    def happened_at(self, delivery: Delivery) -> str:
        """Return the time of the event, or of the test."""
        return write_moment(delivery.event.at if delivery.event else delivery.created_at)

    @admin.display(description=_("rodzaj"))
    def type(self, delivery: Delivery) -> str:
        """Return the type of the message."""
        return type_of(delivery.event.new) if delivery.event else TEST

    @admin.display(description=_("zamówienie"))
    def order_link(self, delivery: Delivery) -> str:
        """Return a link to the order's page; a test has none."""
        if delivery.event is None:
            return "–"
        return order_link(delivery.event.order_id, delivery.event.order_id)

    @admin.display(description=_("stan"))
    def state(self, delivery: Delivery) -> str:
        """Return the state, with the time of arrival, of the refusal or of the next attempt."""
        when = delivery.delivered_at or delivery.refused_at or delivery.next_attempt_at
        return f"{delivery.state.label} {write_moment(when)}" if when else str(delivery.state.label)

    @admin.display(description=_("odpowiedź"))
    def answer(self, delivery: Delivery) -> str:
        """Return the status and the beginning of the latest answer, or why there was none."""
        if delivery.last_attempt_at is None:
            return "–"
        status = str(delivery.last_status) if delivery.last_status else gettext("brak odpowiedzi")
        return f"{status} {delivery.last_answer}".strip()

    @admin.display(description=_("czas"))
    def duration(self, delivery: Delivery) -> str:
        """Return how long the latest answer took."""
        return "–" if delivery.last_seconds is None else f"{round(delivery.last_seconds * 1000)} ms"


def _link_to_deliveries(endpoint: Endpoint, state: DeliveryState, count: int) -> str:
    address = reverse("admin:api_delivery_changelist")
    query = f"state={state.value}&endpoint__id__exact={endpoint.pk}"
    return format_html('<a href="{}?{}">{}</a>', address, query, count) if count else "0"
