"""Export of a list of the admin as it is shown: its columns, its filters, without links; recorded in the audit log."""

from collections.abc import Callable, Iterator
from typing import Any

from django.contrib.admin.utils import label_for_field, lookup_field
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.safestring import SafeData
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext_lazy as _

from students.admin.table_exports import Table, TableExportMixin
from students.exporting import Row

EXPORT = "students.export_student"
_CHUNK = 2_000  # rows fetched at a time, so that a long table never stands in memory
_YES_NO = {True: _("tak"), False: _("nie")}


class ListExportMixin(TableExportMixin):
    """Offer the chosen rows, or the whole filtered list, as CSV and XLSX with the columns that the list shows."""

    actions: Any = ("export_csv", "export_xlsx")

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Return whether this user may take lists away."""
        return bool(request.user.has_perm(EXPORT))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the buttons to those who may export."""
        may = {"may_export_list": self.has_export_permission(request)}
        return super().changelist_view(request, {**may, **(extra_context or {})})

    def table_of(self, request: HttpRequest, queryset: QuerySet[Any]) -> Table:
        """Return the columns that the list shows, in its order."""
        columns = [name for name in self.get_list_display(request) if name != "action_checkbox"]
        header = [capfirst(str(label_for_field(name, self.model, self))) for name in columns]
        name = f"{slugify(str(self.opts.verbose_name_plural))}-{timezone.localdate()}"
        return Table(name, header, self._rows(columns, queryset))

    def _rows(self, columns: list[Any], queryset: QuerySet[Any]) -> Iterator[Row]:
        for row in queryset.iterator(chunk_size=_CHUNK):
            yield [self._cell(name, row) for name in columns]

    def _cell(self, name: str | Callable[[Any], Any], row: Any) -> Any:
        field, _attribute, value = lookup_field(name, row, self)
        if field is not None and getattr(field, "flatchoices", None):
            return getattr(row, f"get_{field.name}_display")()
        if isinstance(value, bool):
            return str(_YES_NO[value])
        if isinstance(value, SafeData):
            return strip_tags(str(value))
        return "" if value in (None, "–") else value
