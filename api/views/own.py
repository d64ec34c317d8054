"""Student's own eligibility, orders, codes and cards."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.pagination import page_schema, paginated_response
from api.problems import Problem
from api.scopes import TokenScope
from api.serializers.orders import CodesResponse, OrderResponse, OrderWithEventsResponse, serialize_event
from api.serializers.people import CardResponse, EligibilityResponse
from api.serializers.requests import OrderRequest, PageQuery
from api.views.base import Resource, user_of
from api.views.idempotent import IdempotentResource, describe_post
from mdocs import orders
from mdocs.models import Order
from mdocs.page import codes_views, history_views
from mdocs.page.shown_order import current_order, student_who_orders, would_refuse_photo_again
from mdocs.querysets import ENCRYPTED, OrderQuerySet
from students.eligibility import eligibility_of
from students.models import StudentCard, User

OWN_ORDERS = "My orders"
_READ = {"GET": TokenScope.READ_ME}
ORDER = {"POST": TokenScope.ORDER}


def own_orders(request: Request) -> OrderQuerySet:
    """Return the caller's orders, without encrypted fields."""
    return Order.objects.of_user(user_of(request)).defer(*ENCRYPTED)


def own_order(request: Request, order_id: UUID) -> Order:
    """Return one of the caller's orders; raise Http404 for anybody else's."""
    return get_object_or_404(own_orders(request), pk=order_id)


class Eligibility(Resource):
    """Eligibility of the caller."""

    scopes = _READ

    @extend_schema(
        operation_id="my_eligibility",
        summary="My right to an mLegitymacja",
        tags=["Me"],
        responses=EligibilityResponse,
    )
    def get(self, request: Request) -> Response:
        """Say which conditions are met, what to do about the others, and who can help."""
        found = eligibility_of(user_of(request), timezone.localdate())
        if found is None:
            raise Problem("not_a_student")
        return Response(EligibilityResponse(found).data)


class CurrentOrder(Resource):
    """Current order of the caller."""

    scopes = _READ

    @extend_schema(
        operation_id="my_current_order",
        summary="My current order",
        tags=[OWN_ORDERS],
        responses=OrderResponse,
    )
    def get(self, request: Request) -> Response:
        """Show the live order, else the one that was placed last."""
        order = current_order(user_of(request))
        if order is None:
            raise Problem("no_order")
        orders.record_view(order, at=timezone.now())
        return Response(OrderResponse(order).data)


@describe_post(
    "order",
    "Order an mLegitymacja",
    "Orders for the student who calls. There is never a second order beside a live one. Where mDokumenty has refused "
    "the photo that the student still has, `photo_refused` is answered, unless `anyway` is true.",
    tag=OWN_ORDERS,
    shows={201: OpenApiResponse(OrderResponse, "The new order.")},
)
class OwnOrders(IdempotentResource):
    """Orders of the caller."""

    scopes = _READ | ORDER
    limits = {"POST": "orders"}
    asks = {"GET": PageQuery}
    takes = OrderRequest

    @extend_schema(
        operation_id="my_orders",
        summary="My orders, the newest first",
        tags=[OWN_ORDERS],
        responses=page_schema(OrderResponse),
    )
    def get(self, request: Request) -> Response:
        """List the orders of the past too."""
        found = own_orders(request)
        return paginated_response(
            request, found, lambda order: OrderResponse(order).data, limit=self.asked["limit"]
        )

    def change(self, request: Request, given: Mapping[str, Any], **place: Any) -> Response:
        """Place an order for the caller."""
        user = user_of(request)
        student = student_who_orders(user)
        if student is None:
            raise Problem("not_a_student")
        if not given["anyway"] and would_refuse_photo_again(student, timezone.now()):
            raise Problem("photo_refused")
        try:
            order = orders.place(student, by=user)
        except orders.AlreadyOrdered as refused:
            raise Problem("already_ordered", order=str(refused.order.pk)) from None
        except orders.NotEligible as refused:
            raise not_eligible(refused) from None
        return Response(OrderResponse(order).data, status=201)

    def location(self, made: Any, **place: Any) -> str:
        """Return the address of the order."""
        return reverse("api:own_order", args=[made["id"]])


class OwnOrder(Resource):
    """One order of the caller."""

    scopes = _READ

    @extend_schema(
        operation_id="my_order",
        summary="One of my orders, with its life",
        tags=[OWN_ORDERS],
        responses=OrderWithEventsResponse,
    )
    def get(self, request: Request, order_id: UUID) -> Response:
        """Show an order and its events."""
        order = own_order(request, order_id)
        orders.record_view(order, at=timezone.now())
        return Response(with_events(order, user_of(request)))


def with_events(order: Order, user: User) -> dict[str, Any]:
    """Return an order as its GET answers it."""
    events = [
        serialize_event(event, history_views.history_entry(event, user)) for event in order.events.all()
    ]
    return {**OrderResponse(order).data, "events": events}


class Codes(Resource):
    """Codes of an order."""

    scopes = {"GET": TokenScope.CODES}
    limits = {"GET": "codes", "HEAD": "codes"}
    has_tag = False

    @extend_schema(
        operation_id="codes",
        summary="The codes of an order that is ready",
        tags=[OWN_ORDERS],
        responses=CodesResponse,
    )
    def get(self, request: Request, order_id: UUID) -> Response:
        """Hand out what is scanned and typed in mObywatel. Each look stands in the audit log."""
        own = Order.objects.of_user(user_of(request)).defer("holder", "qr_svg")
        order = get_object_or_404(own, pk=order_id)
        if not codes_views.codes_work(order, timezone.now()):
            raise Problem("no_codes")
        codes_views.record_codes_shown(order)
        return Response(CodesResponse(order).data)


class OwnCards(Resource):
    """Cards of the caller."""

    scopes = _READ

    @extend_schema(
        operation_id="my_cards",
        summary="My plastic cards (ELS), the newest first",
        tags=["Me"],
        responses=CardResponse(many=True),
    )
    def get(self, request: Request) -> Response:
        """List the cards, those that have ended too."""
        cards = StudentCard.objects.filter(student__user=user_of(request)).defer("holder_pesel")
        return Response([CardResponse(card).data for card in cards])


def not_eligible(refused: orders.NotEligible) -> Problem:
    """Return the problem that names the unmet conditions."""
    detail = _(
        "Nie możesz teraz zamówić mLegitymacji. Pole „eligibility” mówi, czego brakuje i kto może pomóc. Nic nie "
        "zostało zmienione."
    )
    return Problem("not_eligible", detail, eligibility=EligibilityResponse(refused.eligibility).data)


def not_allowed(refused: orders.NotAllowed, detail: Any = "") -> Problem:
    """Return the problem that names the state which forbids the action."""
    return Problem("not_allowed", detail, order_status=refused.order.status)
