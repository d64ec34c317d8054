"""Faculties and programmes in the admin."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from students.admin.filters import ValidatedFilter
from students.admin.scoped import FacultyScopeMixin
from students.models import Faculty, Programme
from students.scope import within_faculties


class OwnFacultyFilter(ValidatedFilter):
    """The programmes of one of the faculties of whoever looks."""

    title = Faculty._meta.verbose_name
    parameter_name = "faculty"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer those faculties."""
        return list(Faculty.objects.filter(within_faculties(request.user)).values_list("code", "name"))

    def keep(self, request: HttpRequest, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Keep the programmes of the one."""
        return queryset.filter(faculty__code=value)


@admin.register(Faculty)
class FacultyAdmin(FacultyScopeMixin, admin.ModelAdmin[Faculty]):
    """Faculties."""

    faculty_path = "pk"
    list_display = ("code", "name", "name_en")
    search_fields = ("code", "name", "name_en")


@admin.register(Programme)
class ProgrammeAdmin(FacultyScopeMixin, admin.ModelAdmin[Programme]):
    """Programmes."""

    list_display = ("name", "level", "faculty")
    list_filter = ("level", OwnFacultyFilter)
    list_select_related = ("faculty",)
    search_fields = ("name", "name_en")
