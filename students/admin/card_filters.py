"""Filters of the list of cards."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from students.half_years import extension_target
from students.models import StudentCard


class ValidityFilter(admin.SimpleListFilter):
    """Filter by the validity of a card today."""

    title = _("ważność")
    parameter_name = "validity"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the answers to choose from."""
        return [
            ("valid", _("ważna dziś")),
            ("not_extended", _("jeszcze nieprzedłużona")),
            ("expired", _("w użyciu, ale nieważna dziś")),
            ("ended", _("zakończona")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[StudentCard]) -> QuerySet[StudentCard] | None:
        """Apply the chosen answer."""
        today = timezone.localdate()
        conditions: dict[str | None, dict[str, Any]] = {
            "valid": {"ended_on": None, "valid_until__gte": today},
            "not_extended": {"ended_on": None, "valid_until__lt": extension_target(today)},
            "expired": {"ended_on": None, "valid_until__lt": today},
            "ended": {"ended_on__isnull": False},
        }
        return queryset.filter(**conditions.get(self.value(), {}))
