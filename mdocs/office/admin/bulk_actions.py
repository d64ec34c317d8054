"""Actions of the admin's list: commands for many orders, through `mdocs.office.bulk_jobs`."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from mdocs.models import Order
from mdocs.office import bulk_jobs
from mdocs.office.admin.forms import EndForm
from mdocs.office.admin.permissions import OrderPermissionsMixin
from mdocs.office.bulk_jobs import END, RETRY, Outcome
from mdocs.querysets import OrderQuerySet
from students.models import User


class BulkActionsMixin(OrderPermissionsMixin):
    """Retrying and ending what was chosen in the list."""

    @admin.action(description=_("Ponów"), permissions=["retry"])
    def retry_chosen(self, request: HttpRequest, queryset: QuerySet[Order]) -> HttpResponseBase | None:
        """Retry them."""
        return self._do_all(request, RETRY, queryset, say("Ponowienie zamówień"))

    @admin.action(description=_("Anuluj lub unieważnij…"), permissions=["end"])
    def end_chosen(self, request: HttpRequest, queryset: QuerySet[Order]) -> HttpResponseBase | None:
        """Ask for the reason on a page of its own, then end them."""
        form = EndForm(request.POST if "confirmed" in request.POST else None)
        if not form.is_valid():
            return self._ask_why(request, queryset, form)
        title = say("Anulowanie i unieważnianie zamówień")
        return self._do_all(request, END, queryset, title, form.cleaned_data["reason"])

    def _ask_why(self, request: HttpRequest, queryset: QuerySet[Order], form: EndForm) -> TemplateResponse:
        across, number = request.POST.get("select_across") == "1", queryset.count()
        # The admin wants to see something chosen also where everything is.
        chosen = ["all"] if across else request.POST.getlist(ACTION_CHECKBOX_NAME)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Anulowanie i unieważnianie zamówień"),
            "question": say("Wybrane zamówienia: %(number)s") % {"number": number},
            "whose": [str(order.student) for order in queryset.select_related("student")[:NAMED]],
            "unnamed": max(0, number - NAMED),
            "consequences": CONSEQUENCES_OF_ENDING,
            "form": form,
            "hidden": [
                ("action", "end_chosen"),
                ("index", "0"),
                ("select_across", "1" if across else "0"),
                ("confirmed", "1"),
                *((ACTION_CHECKBOX_NAME, number) for number in chosen),
            ],
            "button": _("Anuluj lub unieważnij"),
            "back": request.get_full_path(),
        }
        status = 400 if form.is_bound else 200
        return TemplateResponse(request, "admin/mdocs/order/confirm.html", context, status=status)

    def _do_all(
        self, request: HttpRequest, command: str, queryset: QuerySet[Order], title: str, reason: str = ""
    ) -> HttpResponseBase | None:
        assert isinstance(request.user, User) and isinstance(queryset, OrderQuerySet)  # noqa: S101
        some = list(queryset[: bulk_jobs.AT_ONCE + 1])
        if len(some) <= bulk_jobs.AT_ONCE:
            self._tell(request, bulk_jobs.carry_out(command, some, by=request.user, reason=reason))
            return None
        job = bulk_jobs.start(command, queryset, title, by=request.user, reason=reason)
        messages.info(request, _("To potrwa dłużej, więc dzieje się w tle."))
        return redirect(job) if request.user.has_perm("students.view_job") else None

    def _tell(self, request: HttpRequest, outcome: Outcome) -> None:
        if outcome.done:
            messages.success(request, _("Zrobione: %(number)s.") % {"number": outcome.done})
        if outcome.refused:
            why = ", ".join(f"{state}: {number}" for state, number in outcome.refusals.items())
            text = _("Pominięte, bo ich stan na to nie pozwala: %(number)s (%(why)s). Nie zostały zmienione.")
            messages.warning(request, text % {"number": len(outcome.refused), "why": why})


NAMED = 200  # of those whose orders are to be ended
CONSEQUENCES_OF_ENDING = (
    _("Zamówienia, które nie są jeszcze gotowe, zostaną anulowane."),
    _("Gotowe i odebrane mLegitymacje zostaną unieważnione, także w telefonach studentów."),
    _("Tego nie można cofnąć: student musi zamówić ponownie."),
)
