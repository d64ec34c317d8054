"""Views of the student's page and its buttons.

What is shown is decided in `mdocs.page.page_state`, what is allowed in `mdocs.orders`. Every order is fetched as the
student's own, or it does not exist.
"""

import json
from collections.abc import Callable
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods
from django_stubs_ext import StrOrPromise

from mdocs import orders
from mdocs.models import Order
from mdocs.page import page_state, version
from mdocs.page.app_stores import stores_for
from mdocs.page.decorators import READ, SignedInRequest, personal
from mdocs.page.parts import Page, stage
from mdocs.page.shown_order import student_who_orders, would_refuse_photo_again
from mdocs.page.texts import actions
from mdocs.page.texts.actions import Action
from mdocs.statuses import REVOCABLE, Status
from students.rate_limits import limit


def _own_order(request: SignedInRequest, order_id: UUID) -> Order:
    own = Order.objects.of_user(request.user)
    return get_object_or_404(own.defer("holder", "qr_token", "activation_code"), pk=order_id)


def _show(
    request: SignedInRequest,
    template: str = "mdocs/page.html",
    *,
    problem: StrOrPromise = "",
    status: int = 200,
) -> HttpResponse:
    """Answer with the page as things stand now, above it what went wrong."""
    now = timezone.now()
    whole = template == "mdocs/page.html"
    page = page_state.build(request.user, now, versioned=True)
    tag = version.tag_of(request, page, now)
    if page.order is not None:
        orders.record_view(page.order.order, at=now)
    context = {
        "page": page,
        **page.annotations,
        "own_office": page.office,
        "problem": problem,
        "said": _still_true(request, page) if whole else (),
        "stores": stores_for(request.headers.get("User-Agent", "")),
        "pace": version.pace_of(page),
        # The page brings its tag along for htmx to send: no browser keeps the answer, so none would send it by itself.
        "live": bool(tag),
        "live_headers": json.dumps({"If-None-Match": tag}) if tag else "",
    }
    return render(request, template, context, status=status)


def _still_true(request: SignedInRequest, page: Page) -> list[Message]:
    """Return the messages of the last click, without those about a stage that is over."""
    here = page.order.stage if page.order else ""
    said = list(messages.get_messages(request))
    return [message for message in said if not message.extra_tags or message.extra_tags == here]


@personal(*READ)
def page(request: SignedInRequest) -> HttpResponse:
    """Show the conditions, the order, and what can be done."""
    return _show(request)


@require_http_methods(READ)
@cache_control(private=True, no_store=True)
def state(request: HttpRequest) -> HttpResponse:
    """Answer the poll of an open page: 304 while nothing has changed, else the part that changes.

    `request.user` is not read before the tag has been checked: a poll without news costs one query.
    """
    if version.is_current(request, timezone.now()):
        return HttpResponseNotModified(headers={"ETag": request.headers["If-None-Match"]})
    asked_by_page = "HX-Request" in request.headers
    if not request.user.is_authenticated:
        if asked_by_page:
            return render(request, "mdocs/signed_out.html", status=401)
        return redirect_to_login(reverse("mdocs:page"))
    if not asked_by_page:
        return redirect("mdocs:page")
    if version.is_somebody_elses(request, request.user):
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("mdocs:page")})
    return _show(cast(SignedInRequest, request), "mdocs/state.html")


@personal("POST")
def place(request: SignedInRequest) -> HttpResponse:
    """Order an mLegitymacja; clicking again, or in fifty windows at once, makes no second order.

    A photo that mDokumenty has refused is sent again only to who says so (`anyway`).
    """
    student = student_who_orders(request.user)
    if student is None:
        return _show(request, problem=actions.NOT_ELIGIBLE, status=403)
    limit("orders", request.user.pk)
    if "anyway" not in request.POST and would_refuse_photo_again(student, timezone.now()):
        return _show(request, problem=actions.SAME_PHOTO, status=409)
    try:
        placed = orders.place(student, by=request.user)
    except orders.NotEligible:
        return _show(request, problem=actions.NOT_ELIGIBLE, status=403)
    except orders.AlreadyOrdered:
        messages.info(request, actions.ALREADY_ORDERED)
    else:
        messages.success(request, actions.ORDERED, extra_tags=stage(placed))
    return redirect("mdocs:page")


@personal("POST")
def cancel(request: SignedInRequest, order_id: UUID) -> HttpResponse:
    """Cancel an order that is not ready yet."""
    return _carry_out(request, _own_order(request, order_id), orders.cancel, actions.CANCEL)


@personal(*READ, "POST")
def revoke(request: SignedInRequest, order_id: UUID) -> HttpResponse:
    """Ask whether to revoke the mLegitymacja, and revoke it."""
    order = _own_order(request, order_id)
    if request.method == "POST":
        return _carry_out(request, order, orders.revoke, actions.REVOKE)
    return _confirm(request, order, actions.REVOKE)


@personal(*READ, "POST")
def order_again(request: SignedInRequest, order_id: UUID) -> HttpResponse:
    """Replace the mLegitymacja by a new one: revoke it, and order again when that is confirmed.

    Codes are replaced at one click. What works on a phone is replaced after a question, whatever an older page offered.
    """
    order = _own_order(request, order_id)
    if request.method in READ or (order.status == Status.COLLECTED and "confirmed" not in request.POST):
        return _confirm(request, order, actions.REPLACE)
    limit("orders", request.user.pk)
    return _carry_out(request, order, orders.order_again, actions.ORDER_AGAIN)


@personal("POST")
def order_next(request: SignedInRequest, order_id: UUID) -> HttpResponse:
    """Have a new order follow the one that is ending."""
    limit("orders", request.user.pk)
    return _carry_out(request, _own_order(request, order_id), orders.order_next, actions.ORDER_NEXT)


@personal("POST")
def withdraw_next(request: SignedInRequest, order_id: UUID) -> HttpResponse:
    """Let no new order follow the one that is ending."""
    return _carry_out(request, _own_order(request, order_id), orders.withdraw_next, actions.WITHDRAW_NEXT)


def _confirm(request: SignedInRequest, order: Order, action: Action) -> HttpResponse:
    if order.status not in REVOCABLE:
        return _not_allowed(request, order, action)
    return render(request, "mdocs/confirm.html", {"action": action, "order": order})


def _carry_out(
    request: SignedInRequest, order: Order, command: Callable[..., Order], action: Action
) -> HttpResponse:
    try:
        changed = command(order, by=request.user)
    except orders.NotAllowed as refused:
        return _not_allowed(request, refused.order, action)
    except orders.NotEligible:
        return _show(request, problem=actions.NOT_ELIGIBLE, status=403)
    messages.success(request, str(action.done[Status(changed.status)]), extra_tags=stage(changed))
    return redirect("mdocs:page")


def _not_allowed(request: SignedInRequest, order: Order, action: Action) -> HttpResponse:
    problem = action.impossible % {"status": order.get_status_display()}
    return _show(request, problem=problem, status=409)
