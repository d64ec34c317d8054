"""Buttons about orders on a student's page: ordering for the student, and ending what they have."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mdocs.models import Order
from mdocs.office.pages.student_order import PERMISSION
from mdocs.statuses import CANCELLABLE, REVOCABLE
from students.admin.registry import Button, student_button
from students.eligibility import assess
from students.models import Student


@student_button
def order(request: HttpRequest, student: Student) -> Button | None:
    """Lead to ordering, for a student who may order and has no live order."""
    if not (request.user.has_perm(PERMISSION) and assess(student).may_order):
        return None
    if Order.objects.live().filter(student=student).exists():
        return None
    return Button(_("Zamów mLegitymację"), reverse("mdocs_office:student_order", args=[student.pk]))


@student_button
def end(request: HttpRequest, student: Student) -> Button | None:
    """Lead to cancelling the live order, or revoking the document, as its state allows."""
    if not (request.user.has_perm("mdocs.view_order") and request.user.has_perm("mdocs.revoke_order")):
        return None
    live = Order.objects.visible_to(request.user).live().filter(student=student)
    found = live.values_list("pk", "status").first()
    if found is None or found[1] not in CANCELLABLE | REVOCABLE:
        return None
    label = _("Unieważnij mLegitymację") if found[1] in REVOCABLE else _("Anuluj zamówienie")
    return Button(label, reverse("admin:mdocs_order_end", args=[found[0]]), is_danger=True)
