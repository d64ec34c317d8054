"""A student's page to look at: who it is, what they have a right to and have, with the buttons of the daily work."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from students.admin import registry
from students.admin.history import ENTRIES_SHOWN, history_of
from students.admin.present_studies import with_studies
from students.admin.registry import Button
from students.eligibility import assess
from students.models import CardExtension, Student, StudentCard

if TYPE_CHECKING:
    from collections.abc import Callable

    Admin = admin.ModelAdmin[Student]
else:
    Admin = object

TEMPLATE = "admin/students/student/page.html"


class StudentPageMixin(Admin):
    """Add the page, which needs what a look at the form needs, and lead there from the form."""

    pesel_door: "Callable[[HttpRequest, Student], str | None]"

    def get_urls(self) -> list[Any]:
        """Add the address."""
        page = self.admin_site.admin_view(self.student_page)
        return [path("<int:student_id>/", page, name="students_student_page"), *super().get_urls()]

    def student_page(self, request: HttpRequest, student_id: int) -> HttpResponse:
        """Show a student of the user's faculties; raise Http404 for any other."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        shown = Student.objects.with_conditions(timezone.localdate()).in_scope(request.user)
        related = shown.select_related("user").prefetch_related(with_studies(), _with_cards(request))
        student = get_object_or_404(related, pk=student_id)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": student.full_name,
            "student": student,
            "right": assess(student),
            "buttons": [*_own_buttons(request, student), *registry.buttons(request, student)],
            "may_edit": self.has_change_permission(request, student),
            "may_see_cards": request.user.has_perm("students.view_studentcard"),
            "may_see_studies": request.user.has_perm("students.view_enrolment"),
            "sections": registry.sections(request, student),
            "looks": history_of(student, looks=True),
            "history": history_of(student),
            "history_length": ENTRIES_SHOWN,
            "pesel_door": self.pesel_door(request, student),
        }
        return TemplateResponse(request, TEMPLATE, context)

    def response_post_save_change(self, request: HttpRequest, obj: Student) -> HttpResponseRedirect:
        """Lead from the saved form to the page."""
        return redirect("admin:students_student_page", obj.pk)

    def response_post_save_add(self, request: HttpRequest, obj: Student) -> HttpResponseRedirect:
        """Lead from the form of a new student to their page."""
        return redirect("admin:students_student_page", obj.pk)


def _with_cards(request: HttpRequest) -> Prefetch[str]:
    """Return the prefetch of a student's cards, the newest first, with their extensions."""
    extensions = CardExtension.objects.select_related("by").order_by("-extended_at")
    if not request.user.has_perm("students.view_cardextension"):
        extensions = extensions.none()
    cards = StudentCard.objects.defer("holder_pesel").order_by("-issued_on", "-pk")
    return Prefetch("cards", cards.prefetch_related(Prefetch("extensions", extensions)))


def _own_buttons(request: HttpRequest, student: Student) -> list[Button]:
    """Return the buttons about cards."""
    may = request.user.has_perm
    in_use = next((card for card in student.cards.all() if card.ended_on is None), None)
    buttons = []
    if in_use is None:
        if may("students.add_studentcard"):
            address = f"{reverse('admin:students_studentcard_add')}?student={student.pk}"
            buttons.append(Button(_("Wydaj legitymację"), address))
        return buttons
    if may("students.extend_studentcard"):
        address = reverse("admin:students_studentcard_extend", args=[in_use.pk])
        buttons.append(Button(_("Przedłuż legitymację"), address))
    if may("students.end_studentcard"):
        address = reverse("admin:students_studentcard_end", args=[in_use.pk])
        buttons.append(Button(_("Zakończ legitymację"), address, is_danger=True))
    return buttons
