"""View that confirms the students of a cohort, and the one that undoes it."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from mdocs.entitlement.confirmation import is_manual
from mdocs.models import Order
from mdocs.office import confirmations
from mdocs.office.cohorts import PERMISSION, Cohort
from mdocs.office.pages.cohorts import CohortForm
from mdocs.office.pages.permissions import permitted
from students import audit_log
from students.admin.following_jobs import follow
from students.exporting import CSV, XLSX, table_response
from students.half_years import extension_target
from students.models import User

TEMPLATE = "admin/mdocs/cohort/confirm.html"


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(PERMISSION)
def confirm(request: HttpRequest) -> HttpResponseBase:
    """Say what confirming a cohort would come to, and until when; then start the job."""
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Potwierdzenie studentów"),
        "until": extension_target(timezone.localdate()),
    }
    user = request.user
    if not is_manual() or not isinstance(user, User):
        return render(request, TEMPLATE, context, status=403)
    asked = request.POST if request.method == "POST" else request.GET
    form = CohortForm(asked if "cohort" in asked or request.method == "POST" else None, user=user)
    context["form"] = form
    if not form.is_valid():
        return render(request, TEMPLATE, context, status=400 if form.is_bound else 200)
    if request.method == "POST":
        job = confirmations.confirm(form.chosen, form.name, by=user)
        messages.success(request, _("Zlecono potwierdzenie. Trwa w tle; tę stronę można zamknąć."))
        return redirect(job)
    if (format := request.GET.get("format", "")) in {CSV, XLSX}:
        return _left_out(request, format, form.chosen, user)
    preview = confirmations.preview(form.chosen, user, timezone.localdate())
    context |= {"who": form.name, "preview": preview, "affected": preview.to_confirm}
    return render(request, TEMPLATE, context)


def _left_out(request: HttpRequest, format: str, cohort: Cohort, user: User) -> HttpResponseBase:
    """Export whom the confirmation would leave out, recorded in the audit log. Raises PermissionDenied (403)."""
    if not user.has_perm("mdocs.export_order"):
        raise PermissionDenied
    rows = list(confirmations.left_out(cohort, user, timezone.localdate()))
    audit_log.record_export(Order, len(rows), format)
    header = (_("numer albumu"), _("nazwisko i imiona"), _("powód"))
    return table_response(format, now_("pominieci"), header, rows)


@require_POST
@permitted(PERMISSION)
def undo(request: HttpRequest, job_id: int) -> HttpResponse:
    """Start undoing a confirmation as a whole, and show how far that is."""
    return follow(request, job_id, confirmations.undo)
