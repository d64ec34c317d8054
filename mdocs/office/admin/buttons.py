"""Buttons of an order's page in the admin, and the questions between."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST
from django_stubs_ext import StrOrPromise

from mdocs import orders
from mdocs.models import Order
from mdocs.office.admin.bulk_actions import CONSEQUENCES_OF_ENDING
from mdocs.office.admin.forms import EndForm
from mdocs.office.admin.permissions import OrderPermissionsMixin
from mdocs.statuses import CANCELLABLE, REVOCABLE
from students.models import User

# What ending means to an order: a document is revoked.
_ENDS = {
    False: _(
        "Zamówienie zostanie anulowane; jeśli mLegitymacja jest już w telefonie, zostanie unieważniona."
    ),
    True: _("mLegitymacja zostanie unieważniona, także w telefonie studenta."),
}
ASKING = require_http_methods(["GET", "HEAD", "POST"])


class OrderButtonsMixin(OrderPermissionsMixin):
    """Retrying, ending and writing off the order of a page; `order_page` shows it."""

    order_page: Callable[..., HttpResponse]

    def get_urls(self) -> list[Any]:
        """Add the buttons' addresses."""
        own = [
            path(f"<uuid:order_id>/{address}/", self.admin_site.admin_view(view), name=f"mdocs_order_{name}")
            for address, name, view in (
                ("retry", "retry", require_POST(self.retry)),
                ("end", "end", ASKING(self.end)),
                ("write-off", "write_off", ASKING(self.write_off)),
            )
        ]
        return own + super().get_urls()

    def offers(self, request: HttpRequest, order: Order) -> dict[str, str]:
        """Return the addresses of what this user can do with the order as it is."""
        possible = {
            "retry": order.is_live and self.has_retry_permission(request),
            "end": order.status in CANCELLABLE | REVOCABLE and self.has_end_permission(request),
            "write_off": orders.can_be_written_off(order) and self.has_write_off_permission(request),
        }
        return {
            name: reverse(f"admin:mdocs_order_{name}", args=[order.pk])
            for name, can in possible.items()
            if can
        }

    def retry(self, request: HttpRequest, order_id: UUID) -> HttpResponse:
        """Have the worker try the order at once."""
        order = self.order_for(request, order_id, self.has_retry_permission(request))
        done = _("Zamówienie zostało ponowione: portal zajmie się nim za chwilę.")
        return self._do(request, order, lambda by: orders.retry(order, by=by), done)

    def end(self, request: HttpRequest, order_id: UUID) -> HttpResponse:
        """Ask why the order is to be cancelled or revoked, and do it."""
        order = self.order_for(request, order_id, self.has_end_permission(request))
        form = EndForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            reason = form.cleaned_data["reason"]
            done = _("Przyjęto. Stan zamówienia pokaże, kiedy mDokumenty to potwierdzą.")
            return self._do(request, order, lambda by: orders.end(order, by=by, reason=reason), done)
        question = {
            "title": _("Anulowanie lub unieważnienie zamówienia"),
            "question": _("Czy na pewno zakończyć to zamówienie?"),
            "consequences": (_ENDS[order.status in REVOCABLE], *CONSEQUENCES_OF_ENDING[-1:]),
            "button": _("Anuluj lub unieważnij"),
        }
        return self._ask(request, order, question, form)

    def write_off(self, request: HttpRequest, order_id: UUID) -> HttpResponse:
        """Ask whether the ministry has confirmed that it does not have the order, and close it."""
        order = self.order_for(request, order_id, self.has_write_off_permission(request))
        if request.method == "POST":
            done = _("Zamówienie zostało zamknięte.")
            return self._do(request, order, lambda by: orders.write_off(order, by=by), done)
        question = {
            "title": _("Zamknięcie zamówienia, którego mDokumenty nie znają"),
            "question": _("Czy ministerstwo potwierdziło, że tego zamówienia tam nie ma?"),
            "consequences": (
                _("Portal przestanie pytać o to zamówienie i uzna je za zakończone."),
                _("Student będzie mógł zamówić mLegitymację od nowa."),
                _("Gdyby dokument jednak istniał, następne zamówienie studenta najpierw go unieważni."),
                _("Tego nie można cofnąć."),
            ),
            "button": _("Tak, zamknij zamówienie"),
        }
        return self._ask(request, order, question)

    def order_for(self, request: HttpRequest, order_id: UUID | str, allowed: bool) -> Order:
        """Return the order if this user may see it; raise Http404 if not, PermissionDenied where not even the page."""
        if not (allowed and self.has_view_permission(request)):
            raise PermissionDenied
        order = self.get_object(request, str(order_id))
        if order is None:
            raise Http404
        return order

    def _ask(
        self, request: HttpRequest, order: Order, question: dict[str, Any], form: EndForm | None = None
    ) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "order": order,
            "form": form,
            "back": reverse("admin:mdocs_order_change", args=[order.pk]),
            **question,
        }
        status = 400 if form is not None and form.is_bound else 200
        return TemplateResponse(request, "admin/mdocs/order/confirm.html", context, status=status)

    def _do(
        self, request: HttpRequest, order: Order, command: Callable[[User], Order], done: StrOrPromise
    ) -> HttpResponse:
        assert isinstance(request.user, User)  # noqa: S101 -- the admin has asked who it is
        try:
            command(request.user)
        except orders.NotAllowed as refused:
            state = refused.order.get_status_display()
            problem = _(
                "Nie można tego zrobić: zamówienie ma teraz stan „%(state)s”. Nic nie zostało zmienione."
            )
            return self.order_page(request, str(order.pk), problem=problem % {"state": state}, status=409)
        messages.success(request, str(done))
        return redirect("admin:mdocs_order_change", order.pk)
