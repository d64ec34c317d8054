"""Faculties and programmes in the admin."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from students.admin.filters import ValidatedFilter, faculty_choices
from students.admin.scoped import FacultyScopeMixin
from students.admin.versioned import VersionedAdminMixin
from students.models import Faculty, Programme
from students.models.contacts import CONTACTS


class OwnFacultyFilter(ValidatedFilter):
    """Filter by one of the user's faculties."""

    title = Faculty._meta.verbose_name
    parameter_name = "faculty"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the user's faculties."""
        return faculty_choices(request.user)

    def keep(self, request: HttpRequest, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Return the programmes of the faculty."""
        return queryset.filter(faculty__code=value)


@admin.register(Faculty)
class FacultyAdmin(FacultyScopeMixin, VersionedAdminMixin, admin.ModelAdmin[Faculty]):
    """Admin of faculties."""

    faculty_path = "pk"
    list_display = ("code", "name", "name_en")
    search_fields = ("code", "name", "name_en")
    fieldsets = (
        (None, {"fields": ("code", "name", "name_en")}),
        (
            _("Kontakt do dziekanatu"),
            {
                "fields": CONTACTS,
                "description": _(
                    "Studenci widzą go wszędzie, gdzie portal odsyła ich do dziekanatu. Puste pola są pomijane."
                ),
            },
        ),
    )


@admin.register(Programme)
class ProgrammeAdmin(FacultyScopeMixin, VersionedAdminMixin, admin.ModelAdmin[Programme]):
    """Admin of programmes."""

    list_display = ("name", "level", "faculty")
    list_filter = ("level", OwnFacultyFilter)
    list_select_related = ("faculty",)
    search_fields = ("name", "name_en")
