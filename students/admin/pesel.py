"""Full PESEL on a student's page: for permitted users, one at a time, each view logged."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from students.audit_log import record_access
from students.models import Student

if TYPE_CHECKING:
    Admin = admin.ModelAdmin[Student]
else:
    Admin = object

VIEW_FULL_PESEL = "students.view_full_pesel"


class FullPeselMixin(Admin):
    """Add the view of a student's full PESEL. It requires POST, so that no link leads to it."""

    def get_urls(self) -> list[Any]:
        """Add the address; like every admin page it is never cached."""
        door = self.admin_site.admin_view(require_POST(self.show_pesel))
        return [path("<int:student_id>/pesel/", door, name="students_student_pesel"), *super().get_urls()]

    def show_pesel(self, request: HttpRequest, student_id: int) -> HttpResponse:
        """Log the access, then show the number."""
        if not (self.has_view_or_change_permission(request) and request.user.has_perm(VIEW_FULL_PESEL)):
            raise PermissionDenied
        student = get_object_or_404(self.get_queryset(request), pk=student_id)
        if student.pesel is None:
            messages.info(request, _("Ten student nie ma numeru PESEL."))
            return redirect("admin:students_student_page", student.pk)
        record_access(student, "pesel")
        context = {
            **self.admin_site.each_context(request),
            "title": _("PESEL studenta"),
            "opts": self.opts,
            "student": student,
        }
        return render(request, "admin/students/student/pesel.html", context)

    def pesel_door(self, request: HttpRequest, student: Student) -> str | None:
        """Return the address where there is a number that the user may see, else None."""
        if student.pesel is None or not request.user.has_perm(VIEW_FULL_PESEL):
            return None
        return reverse("admin:students_student_pesel", args=[student.pk])
