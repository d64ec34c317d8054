"""Looks at students' data in the admin: read and searched by the data protection officer, never changed."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from students.admin.paging import BoundedPaginator
from students.admin.readonly import ReadOnlyMixin
from students.models import Look
from students.models.looks import LookQuerySet
from students.moments import write_moment
from students.scope import sees_every_faculty


@admin.register(Look)
class LookAdmin(ReadOnlyMixin, admin.ModelAdmin[Look]):
    """Admin of all looks, the newest first."""

    list_display = ("when", "who", "what", "student", "shown", "filter", "rows", "remote_addr")
    list_display_links = None
    list_filter = ("what", "at")
    list_select_related = ("actor", "student")
    search_fields = ("shown",)  # any text: the box is for what Look.objects.search understands
    search_help_text = _("Numer albumu, nazwisko i imię, nazwa konta albo systemu")
    sortable_by = ()
    actions = None
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # each would count the whole table

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Require the permission and the view of every faculty, since looks name students of all of them."""
        return super().has_view_permission(request, obj) and sees_every_faculty(request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may read the looks, so that the menu shows them."""
        return self.has_view_permission(request)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Look], search_term: str
    ) -> tuple[QuerySet[Look], bool]:
        """Search with `Look.objects.search`."""
        if not search_term.strip() or not isinstance(queryset, LookQuerySet):
            return queryset, False
        return queryset.search(search_term.strip()), False

    @admin.display(description=_("kiedy"))
    def when(self, look: Look) -> str:
        """Return the time, to the second."""
        return write_moment(look.at, seconds=True)

    @admin.display(description=_("kto"))
    def who(self, look: Look) -> str:
        """Return the account's name, or the system's."""
        return str(look.actor.username) if look.actor else look.program or "–"
