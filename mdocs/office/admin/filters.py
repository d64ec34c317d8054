"""Filters of the list of orders."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mdocs.models import Order
from mdocs.querysets import OrderQuerySet
from mdocs.statuses import LIVE


class NeedsAttention(admin.SimpleListFilter):
    """The orders that somebody should look at (`mdocs.office.attention`), or all of them."""

    YES, NO = "yes", "no"
    title = _("które zamówienia")
    parameter_name = "needs_attention"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the two lists."""
        return [(self.YES, _("tylko te, które wymagają uwagi")), (self.NO, _("wszystkie"))]

    def value(self) -> str:
        """Return the choice; a search or another filter by itself goes through all orders."""
        return super().value() or self.NO

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Leave out the "all" that every filter has: it is one of the two."""
        choices = super().choices(changelist)
        next(choices)
        yield from choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        """Keep those orders, if chosen."""
        if self.value() != self.YES or not isinstance(queryset, OrderQuerySet):
            return queryset
        return queryset.needing_attention(timezone.now())


class OutdatedAlbumNumber(admin.SimpleListFilter):
    """The live orders whose album number is not their student's any more."""

    YES = "yes"
    title = _("numer albumu na mLegitymacji")
    parameter_name = "outdated_album_number"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the one list."""
        return [(self.YES, _("inny niż obecny numer studenta"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        """Keep those orders, if chosen."""
        if self.value() != self.YES:
            return queryset
        return queryset.filter(status__in=LIVE).exclude(album_number=F("student__album_number"))
