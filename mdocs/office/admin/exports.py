"""Export of orders as a table: neither PESELs nor codes, and the audit log says by whom."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mdocs.models import Order
from mdocs.office.admin.permissions import OrderPermissionsMixin
from mdocs.office.attention import advice
from students.admin.table_exports import Table, TableExportMixin
from students.exporting import Row

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


class OrderExportMixin(TableExportMixin, OrderPermissionsMixin):
    """Exporting what was chosen in the list."""

    too_many = _("Zamówień jest %(number)s, a arkusz XLSX mieści %(most)s. Zawęź listę albo wybierz CSV.")

    def table_of(self, request: HttpRequest, queryset: QuerySet[Order]) -> Table:
        """Return the orders with why staff have to look at them."""
        return Table(_("zamowienia-%(day)s") % {"day": timezone.localdate()}, HEADER, _rows(queryset))


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
