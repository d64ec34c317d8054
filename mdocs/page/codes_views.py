"""Views of the codes, shown to their student alone and only when asked for: as a page, and as a part of one.

Each visit stands in the audit log once. Neither browsers nor caches keep what is shown here.
"""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from mdocs import audit, orders, qr
from mdocs.models import Order
from mdocs.page.activation_code import groups
from mdocs.page.decorators import READ, SignedInRequest, personal
from mdocs.schedule import codes_end
from mdocs.statuses import Status
from students.rate_limits import limit

# Sent by static/portal/codes.js, which puts the codes into the page that is open.
PART = "X-Part"


@personal(*READ)
def codes(request: SignedInRequest, order_id: UUID) -> HttpResponse:
    """Show the codes of a ready order; where there are none any more, the student's page says why."""
    order = _ready(request, order_id)
    if order is None:
        return HttpResponse(status=410) if PART in request.headers else redirect("mdocs:page")
    template = "mdocs/_codes_shown.html" if PART in request.headers else "mdocs/codes.html"
    record_codes_shown(order)
    shown = {
        "order": order,
        "groups": groups(order.activation_code or ""),
        "mobywatel_link": settings.MOBYWATEL_LINK,
    }
    return render(request, template, shown)


@personal(*READ)
def page_qr(request: SignedInRequest) -> HttpResponse:
    """Hand out a QR code of the address of the student's page, without anything of an order: for who reads it on a
    computer and has mObywatel on a phone."""
    address = request.build_absolute_uri(reverse("mdocs:page"))
    return HttpResponse(qr.qr_svg(address), content_type="image/svg+xml")


@personal(*READ)
def qr_svg(request: SignedInRequest, order_id: UUID) -> HttpResponse:
    """Hand out the picture of the QR code, while there is one."""
    return HttpResponse(qr.qr_svg(_qr_token(request, order_id)), content_type="image/svg+xml")


@personal(*READ)
def qr_png(request: SignedInRequest, order_id: UUID) -> HttpResponse:
    """Hand out the QR code as a picture to keep: mObywatel reads it on a phone that cannot scan its own screen."""
    saved_as = {"Content-Disposition": 'attachment; filename="mlegitymacja-kod-qr.png"'}
    picture = qr.qr_png(_qr_token(request, order_id))
    return HttpResponse(picture, content_type="image/png", headers=saved_as)


def _qr_token(request: SignedInRequest, order_id: UUID) -> str:
    """Return what the QR code of a ready order says, and record that it is shown. Raises Http404 when there is none."""
    order = _ready(request, order_id, "activation_code")
    if order is None or order.qr_token is None:
        raise Http404
    record_codes_shown(order)
    return order.qr_token


def _ready(request: SignedInRequest, order_id: UUID, *unneeded: str) -> Order | None:
    """Return the student's own order if its codes can be used now; what is not shown stays undecrypted."""
    limit("codes", request.user.pk)
    order = get_object_or_404(
        Order.objects.of_user(request.user).defer("holder", "qr_svg", *unneeded), pk=order_id
    )
    return order if codes_work(order, timezone.now()) else None


def codes_work(order: Order, now: datetime) -> bool:
    """Say whether the order has codes that can be used now."""
    end = codes_end(order)
    return order.status == Status.READY and end is not None and end > now


def record_codes_shown(order: Order) -> None:
    """Record that the codes are shown to their student: for the engine, and once a visit in the audit log."""
    if orders.record_codes_view(order, at=timezone.now()):
        audit.record_codes_shown(order)
