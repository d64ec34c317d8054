"""View by which a sweep that has stopped goes on."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from mdocs.entitlement import brake
from mdocs.office.stopped_sweep import may_accept
from students.models import User


@require_POST
def accept(request: HttpRequest) -> HttpResponse:
    """Accept the number of documents that the user has seen, and go back to what needs attention."""
    if not isinstance(request.user, User) or not may_accept(request.user):
        raise PermissionDenied
    number = request.POST.get("ending", "")
    if number.isdecimal() and brake.accept(int(number), by=request.user):
        messages.success(request, _("Portal zakończy je w ciągu kilku minut."))
    else:
        messages.warning(
            request,
            _("Nic nie zakończono: liczba zmieniła się od chwili, gdy ją pokazano. Sprawdź ją ponownie."),
        )
    return redirect("admin:mdocs_order_changelist")
