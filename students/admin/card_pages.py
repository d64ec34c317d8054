"""Admin pages that extend or end one card."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from students.admin.card_forms import EndCardForm, ExtendCardForm
from students.cards import end_card, extend_card
from students.conditions import ELS
from students.half_years import extension_target, next_half_year_end
from students.models import EndReason, StudentCard, User

Office = admin.ModelAdmin[StudentCard]
Page = Callable[..., HttpResponse]  # of the office, the request and what stands in the address
TEMPLATES = "admin/students/studentcard"


def needs(permission: str) -> Callable[[Page], Page]:
    """Restrict a view to users with the permission; others get 403."""

    def decorate(page: Page) -> Page:
        @wraps(page)
        def guarded(office: Office, request: HttpRequest, **place: Any) -> HttpResponse:
            if not request.user.has_perm(permission):
                raise PermissionDenied
            return page(office, request, **place)

        return guarded

    return decorate


def clerk_of(request: HttpRequest) -> User:
    """Return the signed-in user; the admin admits nobody else."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def show(
    office: Office, request: HttpRequest, template: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    """Render an admin page about cards."""
    everywhere = {**office.admin_site.each_context(request), "opts": office.opts}
    return TemplateResponse(request, f"{TEMPLATES}/{template}.html", everywhere | context, status=status)


def page_behind(request: HttpRequest, card: StudentCard) -> str:
    """Return the address that a card's pages lead back to: its student's, for who may see it, else its own."""
    if request.user.has_perm("students.view_student"):
        return reverse("admin:students_student_page", args=[card.student_id])
    return reverse("admin:students_studentcard_change", args=[card.pk])


def _card(office: Office, request: HttpRequest, card_id: int) -> StudentCard:
    """Return a card within the clerk's faculties; raise Http404 for any other."""
    cards = office.get_queryset(request).select_related("student")
    return get_object_or_404(cards, pk=card_id)


@needs("students.extend_studentcard")
def extend(office: Office, request: HttpRequest, card_id: int) -> HttpResponse:
    """Extend one card; the date defaults to the end of the half-year whose extension is due."""
    card = _card(office, request, card_id)
    usual = extension_target(timezone.localdate())
    initial = usual if card.valid_until < usual else next_half_year_end(card.valid_until)
    form = ExtendCardForm(request.POST or None, initial={"until": initial})
    if request.method == "POST" and form.is_valid():
        try:
            extend_card(card, form.cleaned_data["until"], by=clerk_of(request))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(
                request,
                _("Legitymacja została przedłużona. mLegitymacja, jeśli student ją ma, przedłuży się sama."),
            )
            return redirect(page_behind(request, card))
    return show(
        office,
        request,
        "extend",
        title=_("Przedłuż legitymację"),
        card=card,
        form=form,
        back=page_behind(request, card),
    )


@needs("students.end_studentcard")
def end(office: Office, request: HttpRequest, card_id: int) -> HttpResponse:
    """Confirm and end one card; redirect to issuing a new one where that is asked for."""
    card = _card(office, request, card_id)
    form = EndCardForm(request.POST or None)
    may_issue = request.user.has_perm("students.add_studentcard")
    if request.method == "POST" and form.is_valid():
        try:
            end_card(card, EndReason(form.cleaned_data["reason"]), by=clerk_of(request))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Legitymacja została zakończona."))
            if may_issue and "issue" in request.POST:
                return redirect(f"{reverse('admin:students_studentcard_add')}?student={card.student_id}")
            return redirect(page_behind(request, card))
    return show(
        office,
        request,
        "end",
        title=_("Zakończ legitymację"),
        card=card,
        form=form,
        back=page_behind(request, card),
        may_issue=may_issue,
        document_ends=settings.ELIGIBILITY_RULES == ELS,
    )
