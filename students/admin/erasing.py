"""Erasure of one student in the admin, after a page that says what goes, what stays and why."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from students import erasure
from students.admin.registry import Button, student_button
from students.models import Student, User

if TYPE_CHECKING:
    Admin = admin.ModelAdmin[Student]
else:
    Admin = object

ERASE = "students.erase_student"
TEMPLATE = "admin/students/student/erase.html"


class ErasingMixin(Admin):
    """Add the page, which asks for the album number, so that nobody else is erased by mistake."""

    def get_urls(self) -> list[Any]:
        """Add the address."""
        page = self.admin_site.admin_view(self.erase)
        return [path("<int:student_id>/erase/", page, name="students_student_erase"), *super().get_urls()]

    def erase(self, request: HttpRequest, student_id: int) -> HttpResponse:
        """Show what goes and what stays; erase when that is confirmed."""
        user = request.user
        if not (isinstance(user, User) and self.has_view_permission(request) and user.has_perm(ERASE)):
            raise PermissionDenied
        student = get_object_or_404(self.get_queryset(request).select_related("user"), pk=student_id)
        problem = ""
        if request.method == "POST":
            if request.POST.get("confirmed", "").strip() != _typed(student):
                problem = str(_("To nie jest numer albumu tej osoby."))
            else:
                try:
                    erasure.erase_student(student, by=user)
                except ValidationError as refused:
                    problem = " ".join(refused.messages)
                else:
                    messages.success(request, _("Dane osobowe tej osoby zostały usunięte."))
                    return redirect("admin:students_student_changelist")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Usuń dane osobowe"),
            "opts": self.opts,
            "student": student,
            "typed": _typed(student),
            "obstacles": erasure.obstacles(student),
            "goes": erasure.GOES,
            "stays": erasure.STAYS,
            "problem": problem,
        }
        return TemplateResponse(request, TEMPLATE, context, status=400 if problem else 200)


def _typed(student: Student) -> str:
    return student.album_number or student.user.username


@student_button
def erase(request: HttpRequest, student: Student) -> Button | None:
    """Lead to erasing, for those who may."""
    if not request.user.has_perm(ERASE) or student.user.username.startswith(erasure.LOGIN):
        return None
    address = reverse("admin:students_student_erase", args=[student.pk])
    return Button(_("Usuń dane osobowe"), address, is_danger=True)
