"""The student's page and what its buttons do. What is shown is decided in `mdocs.pages`, what is allowed in
`mdocs.orders`; every order is fetched as the student's own, or it does not exist."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from mdocs import orders, pages, wording
from mdocs.models import Order
from mdocs.statuses import REVOCABLE, Status
from mdocs.stores import stores_for
from mdocs.wording import Action, Text
from students.models import Student, User


class SignedInRequest(HttpRequest):
    """A request whose user has an account."""

    user: User


View = Callable[..., HttpResponseBase]
READ = ("GET", "HEAD")


def personal(*methods: str) -> Callable[[View], View]:
    """Make a view of somebody's own data: only by these methods, only when signed in, and stored nowhere.

    Whoever was signed out before pressing a button comes back to the page, not to the button's address.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def signed_in(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(
                    request.get_full_path() if request.method in READ else reverse("mdocs:page")
                )
            return view(request, *args, **kwargs)

        return require_http_methods(methods)(cache_control(private=True, no_store=True)(signed_in))

    return decorate


def _own_order(request: SignedInRequest, order_id: UUID) -> Order:
    own = Order.objects.of_user(request.user)
    return get_object_or_404(own.defer("holder", "qr_token", "activation_code"), pk=order_id)


def _show(request: SignedInRequest, *, problem: Text = "", status: int = 200) -> HttpResponse:
    """Answer with the page as things stand now, above it what went wrong."""
    now = timezone.now()
    page = pages.build(request.user, now)
    if page.order is not None:
        _note_look(page.order.order, now)
    told = {
        "page": page,
        "unread_messages": page.unread,
        "problem": problem,
        "stores": stores_for(request.headers.get("User-Agent", "")),
    }
    return render(request, "mdocs/page.html", told, status=status)


def _note_look(order: Order, now: datetime) -> None:
    """Have the engine know that a student waits for an order, or has its codes at hand."""
    if order.status == Status.READY:
        orders.watch(order, at=now)
    else:
        orders.hurry(order)


@personal(*READ)
def page(request: SignedInRequest) -> HttpResponse:
    """Show the conditions, the order, and what can be done."""
    return _show(request)


@personal("POST")
def place(request: SignedInRequest) -> HttpResponse:
    """Order an mLegitymacja; clicking again, or in fifty windows at once, makes no second order."""
    student = Student.objects.of_user(request.user).defer("pesel").first()
    if student is None:
        return _show(request, problem=wording.NOT_ELIGIBLE, status=403)
    try:
        orders.place(student, by=request.user)
    except orders.NotEligible:
        return _show(request, problem=wording.NOT_ELIGIBLE, status=403)
    except orders.AlreadyOrdered:
        messages.info(request, wording.ALREADY_ORDERED)
    else:
        messages.success(request, wording.ORDERED)
    return redirect("mdocs:page")


@personal("POST")
def cancel(request: SignedInRequest, order_id: UUID) -> HttpResponse:
    """Cancel an order that is not ready yet."""
    return _carry_out(request, _own_order(request, order_id), orders.cancel, wording.CANCEL)


@personal(*READ, "POST")
def revoke(request: SignedInRequest, order_id: UUID) -> HttpResponse:
    """Ask whether to revoke the mLegitymacja, and revoke it."""
    order = _own_order(request, order_id)
    if request.method == "POST":
        return _carry_out(request, order, orders.revoke, wording.REVOKE)
    return _confirm(request, order, wording.REVOKE)


@personal("POST")
def order_again(request: SignedInRequest, order_id: UUID) -> HttpResponse:
    """Replace the mLegitymacja by a new one: revoke it, and order again when that is confirmed."""
    return _carry_out(request, _own_order(request, order_id), orders.order_again, wording.ORDER_AGAIN)


def _confirm(request: SignedInRequest, order: Order, action: Action) -> HttpResponse:
    if order.status not in REVOCABLE:
        return _not_allowed(request, order, action)
    return render(request, "mdocs/confirm.html", {"action": action, "order": order})


def _carry_out(
    request: SignedInRequest, order: Order, verb: Callable[..., Order], action: Action
) -> HttpResponse:
    try:
        changed = verb(order, by=request.user)
    except orders.NotAllowed as refused:
        return _not_allowed(request, refused.order, action)
    except orders.NotEligible:
        return _show(request, problem=wording.NOT_ELIGIBLE, status=403)
    messages.success(request, str(action.done[Status(changed.status)]))
    return redirect("mdocs:page")


def _not_allowed(request: SignedInRequest, order: Order, action: Action) -> HttpResponse:
    problem = action.impossible % {"status": order.get_status_display()}
    return _show(request, problem=problem, status=409)
