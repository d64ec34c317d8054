"""View that orders for one student, at the student's wish."""

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from mdocs import orders
from mdocs.models import Order
from mdocs.office.pages.permissions import permitted
from students.models import Student, User

PERMISSION = "mdocs.order_for_student"
TEMPLATE = "admin/mdocs/order/confirm.html"


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(PERMISSION)
@permitted("students.view_student")
def order(request: HttpRequest, student_id: int) -> HttpResponse:
    """Ask once more, then order; a student outside the user's faculties does not exist (404)."""
    assert isinstance(request.user, User)  # noqa: S101 -- the admin has asked who it is
    student = get_object_or_404(Student.objects.visible_to(request.user), pk=student_id)
    back = reverse("admin:students_student_page", args=[student.pk])
    if request.method == "POST":
        try:
            orders.place(student, by=request.user)
        except orders.AlreadyOrdered:
            messages.info(request, _("Ten student ma już mLegitymację albo zamówienie, które trwa."))
        except orders.NotEligible:
            text = _("Nie zamówiono: student nie spełnia teraz warunków. Zobacz niżej, którego brakuje.")
            messages.error(request, text)
        else:
            text = _("Zamówiono. Student dostanie wiadomość; kody zobaczy tylko on, na swojej stronie.")
            messages.success(request, text)
        return redirect(back)
    context = {
        **admin.site.each_context(request),
        "opts": Order._meta,
        "title": _("Zamówienie mLegitymacji dla studenta"),
        "question": _("Zamówić mLegitymację dla: %(student)s?") % {"student": student},
        "consequences": (
            _("Zamów tylko na prośbę studenta."),
            _("Student dostanie wiadomość, a gdy kody będą gotowe, zobaczy je na swojej stronie w portalu."),
            _("Dopóki mLegitymacja nie jest odebrana, student może zamówienie anulować."),
        ),
        "button": _("Zamów mLegitymację"),
        "harmless": True,
        "back": back,
    }
    return render(request, TEMPLATE, context)
