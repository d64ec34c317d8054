"""Webhooks for administrators: endpoints, what became of the deliveries to each, sending again, sending a test."""

from collections.abc import Mapping
from typing import Any

from django.db.models import OuterRef
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.models import Delivery, Endpoint
from api.pagination import page_schema, paginated_response
from api.problems import Problem
from api.scopes import TokenScope
from api.serializers.webhooks import DeliveriesQuery, DeliveryResponse, EndpointResponse
from api.views.base import Resource
from api.views.idempotent import IdempotentResource, describe_post
from api.webhooks.models import DeliveryQuerySet
from students.admin.counts import count_of

_TAG = "Webhooks"
_SCOPE = TokenScope.WEBHOOKS
_SEES, _CHANGES = ("api.view_endpoint",), ("api.view_endpoint", "api.change_endpoint")


def _deliveries(place: Mapping[str, Any]) -> DeliveryQuerySet:
    endpoint = get_object_or_404(Endpoint, pk=place["endpoint_id"])
    return Delivery.objects.filter(endpoint=endpoint).select_related("event")


class Endpoints(Resource):
    """Endpoints of webhooks."""

    for_staff = True
    scopes, permissions = {"GET": _SCOPE}, {"GET": _SEES}

    @extend_schema(
        operation_id="webhook_endpoints",
        summary="Systems that are sent webhooks",
        tags=[_TAG],
        responses=EndpointResponse(many=True),
    )
    def get(self, request: Request) -> Response:
        """List all of them, by name, with how many deliveries wait and how many were refused."""
        deliveries = Delivery.objects.filter(endpoint=OuterRef("pk"))
        counts = {"waiting": count_of(deliveries.waiting()), "refused": count_of(deliveries.refused())}
        endpoints = Endpoint.objects.order_by("name").annotate(**counts)
        return Response([EndpointResponse(endpoint).data for endpoint in endpoints])


class Deliveries(Resource):
    """Deliveries to an endpoint."""

    for_staff = True
    scopes, permissions, asks = {"GET": _SCOPE}, {"GET": _SEES}, {"GET": DeliveriesQuery}

    @extend_schema(
        operation_id="webhook_deliveries",
        summary="Deliveries to an endpoint, the newest first",
        tags=[_TAG],
        responses=page_schema(DeliveryResponse),
    )
    def get(self, request: Request, endpoint_id: int) -> Response:
        """List what is kept: for 30 days after it arrived or was given up."""
        found = _deliveries({"endpoint_id": endpoint_id})
        if "state" in self.asked:
            found = found.in_state(self.asked["state"])
        return paginated_response(
            request, found, lambda row: DeliveryResponse(row).data, limit=self.asked["limit"]
        )


class OneDelivery(Resource):
    """One delivery."""

    for_staff = True
    scopes, permissions = {"GET": _SCOPE}, {"GET": _SEES}

    @extend_schema(
        operation_id="webhook_delivery",
        summary="A delivery, with its latest answer",
        tags=[_TAG],
        responses=DeliveryResponse,
    )
    def get(self, request: Request, **place: Any) -> Response:
        """Show what became of it."""
        found = get_object_or_404(_deliveries(place), pk=place["delivery_id"])
        return Response(DeliveryResponse(found).data)


@describe_post(
    "send_webhook_again",
    "Send a delivery again",
    "For one that has arrived or was given up; it keeps its `webhook-id`.",
    tag=_TAG,
    shows=DeliveryResponse,
)
class SendAgain(IdempotentResource):
    """Sends a delivery again."""

    for_staff = True
    scopes, permissions = {"POST": _SCOPE}, {"POST": _CHANGES}

    def change(self, request: Request, given: Mapping[str, Any], **place: Any) -> Response:
        """Have the worker send it."""
        found = get_object_or_404(_deliveries(place), pk=place["delivery_id"])
        if not Delivery.objects.filter(pk=found.pk).send_again(timezone.now()):
            raise Problem("delivery_waits")
        found.refresh_from_db()
        return Response(DeliveryResponse(found).data)


@describe_post(
    "send_webhook_test",
    "Send a test",
    "Sends a message of the type `webhook.test` to an endpoint that is switched on.",
    tag=_TAG,
    shows={201: OpenApiResponse(DeliveryResponse, "The delivery, which waits.")},
)
class SendTest(IdempotentResource):
    """Sends a test to an endpoint."""

    for_staff = True
    scopes, permissions = {"POST": _SCOPE}, {"POST": _CHANGES}

    def change(self, request: Request, given: Mapping[str, Any], **place: Any) -> Response:
        """Create the delivery of a test."""
        endpoint = get_object_or_404(Endpoint, pk=place["endpoint_id"])
        if not endpoint.is_active:
            raise Problem("endpoint_off")
        made = Delivery.objects.create(endpoint=endpoint)
        return Response(DeliveryResponse(made).data, status=201)

    def location(self, made: Any, **place: Any) -> str:
        """Return the address of the delivery."""
        return reverse("api:webhook_delivery", args=[place["endpoint_id"], made["id"]])
