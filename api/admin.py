"""Webhooks in the admin: endpoints, and what became of the deliveries to each."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import OuterRef, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_stubs_ext import StrOrPromise

from api.models import Delivery, Endpoint
from students.admin.counts import count_of
from students.admin.paging import BoundedPaginator
from students.admin.readonly import ReadOnlyMixin
from students.admin.secrets import ShowSecretOnceMixin
from students.admin.versioned import VersionedAdminMixin
from students.moments import write_moment
from students.versioned_forms import VersionedModelForm

# What switching an endpoint on or off may reset.
RESET = ("failures", "failing_since", "paused_until", "dropped", "dropped_since")


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
    list_display = ("name", "url", "is_active", "failing_since", "paused_until", "waiting", "refused", "lost")
    readonly_fields = ("failing_since", "paused_until", "waiting", "refused", "lost")
    fields = ("name", "url", "is_active", *readonly_fields)
    list_filter = ("is_active",)
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    secret_title = _("Sekret odbiorcy powiadomień")
    change_form_template = "admin/api/endpoint/change_form.html"

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


class DeliveryState(models.TextChoices):
    """State of a delivery."""

    WAITING = "waiting", _("czeka")
    REFUSED = "refused", _("odrzucono")
    ARRIVED = "arrived", _("dostarczono")


class DeliveryStateFilter(admin.SimpleListFilter):
    """Filter of deliveries by state."""

    title, parameter_name = _("stan"), "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, StrOrPromise]]:
        """Return the states."""
        return list(DeliveryState.choices)

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Return the deliveries in the chosen state."""
        match self.value():
            case DeliveryState.WAITING:
                return queryset.waiting()
            case DeliveryState.REFUSED:
                return queryset.refused()
            case DeliveryState.ARRIVED:
                return queryset.filter(delivered_at__isnull=False)
        return queryset


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyMixin, admin.ModelAdmin[Delivery]):
    """List of deliveries, the newest first: those that were refused can be sent again."""

    list_display = ("happened_at", "endpoint", "order_link", "state", "attempts", "refusal_status")
    list_display_links = None
    list_select_related = ("endpoint", "event")
    list_filter = (DeliveryStateFilter, "endpoint")
    ordering = ("-event_id",)
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

    @admin.action(description=_("Wyślij ponownie odrzucone"), permissions=["send"])
    def send_again(self, request: HttpRequest, queryset: Any) -> None:
        """Have those of the chosen that were refused sent again."""
        count = Delivery.objects.filter(pk__in=queryset.values("pk")).send_again(timezone.now())
        said = ngettext(
            "Wysłane ponownie będzie %(count)d powiadomienie.",
            "Wysłane ponownie będą powiadomienia: %(count)d.",
            count,
        )
        self.message_user(request, said % {"count": count})

    @admin.display(description=_("kiedy"))
    def happened_at(self, delivery: Delivery) -> str:
        """Return the time of the event."""
        return write_moment(delivery.event.at)

    @admin.display(description=_("zamówienie"))
    def order_link(self, delivery: Delivery) -> str:
        """Return a link to the order's page."""
        address = reverse("admin:mdocs_order_change", args=[delivery.event.order_id])
        return format_html('<a href="{}">{}</a>', address, delivery.event.order_id)

    @admin.display(description=_("stan"))
    def state(self, delivery: Delivery) -> str:
        """Return the state, with the time of arrival, of the refusal or of the next attempt."""
        when = delivery.delivered_at or delivery.refused_at or delivery.next_attempt_at
        if delivery.delivered_at is not None:
            name = DeliveryState.ARRIVED.label
        elif delivery.refused_at is not None:
            name = DeliveryState.REFUSED.label
        else:
            name = DeliveryState.WAITING.label
        return f"{name} {write_moment(when)}" if when else str(name)


def _link_to_deliveries(endpoint: Endpoint, state: DeliveryState, count: int) -> str:
    address = reverse("admin:api_delivery_changelist")
    query = f"state={state.value}&endpoint__id__exact={endpoint.pk}"
    return format_html('<a href="{}?{}">{}</a>', address, query, count) if count else "0"
