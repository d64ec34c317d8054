"""Export of orders as a table: neither PESELs nor codes, and the audit log says by whom."""

from collections.abc import Iterator

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mdocs.models import Order
from mdocs.office.admin.rights import Rights
from mdocs.office.attention import advice
from students import audit_log
from students.exporting import CSV, MOST_ROWS_XLSX, XLSX, Row, table_response

HEADER = (
    _("numer zamówienia"),
    _("numer w mDokumentach"),
    _("numer albumu"),
    _("nazwisko"),
    _("imiona"),
    _("status"),
    _("status od"),
    _("data zamówienia"),
    _("termin ważności"),
    _("powód unieważnienia"),
    _("uwagi"),
)


class Exports(Rights):
    """Exporting what was chosen in the list."""

    @admin.action(description=_("Eksportuj do CSV"), permissions=["export"])
    def export_csv(self, request: HttpRequest, queryset: QuerySet[Order]) -> HttpResponseBase | None:
        """Hand them out as CSV."""
        return self._export(request, queryset, CSV)

    @admin.action(description=_("Eksportuj do XLSX"), permissions=["export"])
    def export_xlsx(self, request: HttpRequest, queryset: QuerySet[Order]) -> HttpResponseBase | None:
        """Hand them out as a workbook."""
        return self._export(request, queryset, XLSX)

    def _export(
        self, request: HttpRequest, queryset: QuerySet[Order], format: str
    ) -> HttpResponseBase | None:
        number = queryset.count()
        if format == XLSX and number > MOST_ROWS_XLSX:
            text = _("Zamówień jest %(number)s, a arkusz XLSX mieści %(most)s. Zawęź listę albo wybierz CSV.")
            messages.error(request, text % {"number": number, "most": MOST_ROWS_XLSX})
            return None
        audit_log.record_export(Order, number, format)
        return table_response(
            format, _("zamowienia-%(day)s") % {"day": timezone.localdate()}, HEADER, _rows(queryset)
        )


def _rows(queryset: QuerySet[Order]) -> Iterator[Row]:
    now = timezone.now()
    for order in queryset.select_related("student").iterator(chunk_size=2_000):
        reason = advice(order, now)
        yield (
            order.pk,
            order.mdokumenty_id,
            order.album_number,
            order.student.last_name,
            order.student.first_names,
            order.get_status_display(),
            order.status_changed_at,
            order.created_at,
            order.valid_until,
            order.get_revocation_reason_display(),
            reason.why if reason else "",
        )
