"""Export of rows of the admin as a table, CSV or XLSX; the audit log says by whom."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from students import audit_log
from students.exporting import CSV, MOST_ROWS_XLSX, XLSX, Row, table_response

if TYPE_CHECKING:
    Admin = admin.ModelAdmin[Any]
else:
    Admin = object


class Table(NamedTuple):
    """Table to hand out: the name of its file without an ending, its header, and its rows."""

    name: str
    header: Row
    rows: Iterable[Row]


class TableExportMixin(Admin):
    """Offer the chosen rows, or the whole filtered list, as CSV and XLSX, to those with `has_export_permission`."""

    too_many: StrOrPromise = _(
        "Wierszy jest %(number)s, a arkusz XLSX mieści %(most)s. Zawęź listę albo wybierz CSV."
    )

    @admin.action(description=_("Eksportuj do CSV"), permissions=["export"])
    def export_csv(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponseBase | None:
        """Hand the rows out as CSV."""
        return self._export(request, queryset, CSV)

    @admin.action(description=_("Eksportuj do XLSX"), permissions=["export"])
    def export_xlsx(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponseBase | None:
        """Hand the rows out as a workbook."""
        return self._export(request, queryset, XLSX)

    def table_of(self, request: HttpRequest, queryset: QuerySet[Any]) -> Table:
        """Return the table of these rows."""
        raise NotImplementedError

    def _export(self, request: HttpRequest, queryset: QuerySet[Any], format: str) -> HttpResponseBase | None:
        number = queryset.count()
        if format == XLSX and number > MOST_ROWS_XLSX:
            messages.error(request, self.too_many % {"number": number, "most": MOST_ROWS_XLSX})
            return None
        audit_log.record_export(self.model, number, format, request.GET.urlencode())
        return table_response(format, *self.table_of(request, queryset))
