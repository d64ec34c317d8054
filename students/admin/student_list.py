"""List of students: columns that each user chooses, rows that lead to the page to look at."""

from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from students.admin import registry
from students.admin.columns import OWN, Column
from students.admin.list_exports import ListExportMixin
from students.admin.list_jobs import ListJobsMixin
from students.admin.search import SEARCH, find_pesel
from students.models import User

ALWAYS = ("last_name", "first_names", "album_number")
COLUMN, QUERY = "column", "query"  # fields of the form that chooses


def columns(user: User | AnonymousUser) -> list[Column]:
    """Return the columns that `user` may choose."""
    every = (*OWN, *registry.columns())
    return [column for column in every if not column.permission or user.has_perm(column.permission)]


def chosen_by(user: User | AnonymousUser) -> list[Column]:
    """Return the columns that `user` has chosen, else the usual ones."""
    keys = user.student_columns if isinstance(user, User) else None
    if keys is None:
        return [column for column in columns(user) if column.by_default]
    return [column for column in columns(user) if column.key in keys]


class StudentList(ChangeList):
    """List that leads to the pages to look at, and fetches what its columns show for a page at once."""

    def url_for_result(self, result: Any) -> str:
        """Return the address of the student's page."""
        return reverse("admin:students_student_page", args=[result.pk])

    def get_queryset(
        self, request: HttpRequest, exclude_parameters: list[str | None] | None = None
    ) -> QuerySet[Any]:
        """Add what the chosen columns need, once where several need the same."""
        fetches = dict.fromkeys(column.fetch for column in chosen_by(request.user) if column.fetch)
        students = super().get_queryset(request, exclude_parameters)
        return students.prefetch_related(*(fetch() for fetch in fetches))


class StudentListMixin(ListJobsMixin, ListExportMixin):
    """Show the columns that the user has chosen, and the form to choose them."""

    def get_urls(self) -> list[Any]:
        """Add the address of that form."""
        choose = self.admin_site.admin_view(require_POST(self.choose_columns))
        return [path("columns/", choose, name="students_student_columns"), *super().get_urls()]

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        """Return names and number, then what is chosen."""
        return (*ALWAYS, *chosen_by(request.user))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Return the list with these columns."""
        return StudentList

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Leave out Django's bulk deletion: nobody deletes students by the page."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list with the form."""
        shown = {column.key for column in chosen_by(request.user)}
        choices = [(column.key, column.label, column.key in shown) for column in columns(request.user)]
        return super().changelist_view(request, {"column_choices": choices, **(extra_context or {})})

    def choose_columns(self, request: HttpRequest) -> HttpResponse:
        """Store the choice of the user, and return to the list as it was."""
        user = request.user
        if not (self.has_view_or_change_permission(request) and isinstance(user, User)):
            raise PermissionDenied
        wanted = set(request.POST.getlist(COLUMN))
        user.student_columns = [column.key for column in columns(user) if column.key in wanted]
        user.save(update_fields=["student_columns"])
        query = QueryDict(request.POST.get(QUERY, ""), mutable=True)
        if find_pesel(query.get(SEARCH, "")):
            del query[SEARCH]
        return redirect(f"{reverse('admin:students_student_changelist')}?{query.urlencode()}")
