"""Serializers of webhooks: endpoints, deliveries, and the messages that are sent."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.serializers.requests import PageQuery
from api.webhooks.messages import TEST, TYPES, type_of
from api.webhooks.models import Delivery, DeliveryState, Endpoint, SwitchedOff
from mdocs.statuses import Reason, Status

Out = serializers.Serializer


class EndpointResponse(Out[Endpoint]):
    """A system of the university that is sent webhooks; never its secret."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    url = serializers.URLField()
    is_active = serializers.BooleanField()
    switched_off = serializers.SerializerMethodField(
        help_text="Why the portal has switched it off by itself."
    )
    failing_since = serializers.DateTimeField(
        allow_null=True, help_text="Since when it has accepted nothing."
    )
    paused_until = serializers.DateTimeField(allow_null=True, help_text="When it is tried next.")
    waiting = serializers.IntegerField(help_text="Deliveries that wait.")
    refused = serializers.IntegerField(help_text="Deliveries that it refused and that were given up.")
    created_at = serializers.DateTimeField()

    @extend_schema_field(serializers.ChoiceField(choices=SwitchedOff.choices, allow_null=True))
    def get_switched_off(self, endpoint: Endpoint) -> str | None:
        """Return the reason, or None."""
        return endpoint.switched_off or None


class DeliveryResponse(Out[Delivery]):
    """What became of one message to one endpoint."""

    id = serializers.UUIDField(help_text="The same as the header `webhook-id`.")
    type = serializers.SerializerMethodField()
    order = serializers.SerializerMethodField(help_text="Id of the order; null for a test.")
    state = serializers.ChoiceField(choices=DeliveryState.choices)
    created_at = serializers.DateTimeField()
    failures = serializers.IntegerField(source="attempts", help_text="Attempts that have failed.")
    next_attempt_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    refused_at = serializers.DateTimeField(allow_null=True, help_text="When it was given up.")
    last_attempt_at = serializers.DateTimeField(allow_null=True)
    last_status = serializers.IntegerField(
        allow_null=True, help_text="HTTP status of the latest answer; null without one."
    )
    last_seconds = serializers.FloatField(allow_null=True, help_text="How long the latest attempt took.")
    last_answer = serializers.CharField(
        allow_blank=True, help_text="The beginning of the latest answer, or the name of the error."
    )

    @extend_schema_field(serializers.ChoiceField(choices=[*TYPES, TEST]))
    def get_type(self, delivery: Delivery) -> str:
        """Return the type of the message."""
        return type_of(delivery.event.new) if delivery.event else TEST

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_order(self, delivery: Delivery) -> str | None:
        """Return the id of the order, or None."""
        return str(delivery.event.order_id) if delivery.event else None


class DeliveriesQuery(PageQuery):
    """Query parameters of the list of deliveries."""

    state = serializers.ChoiceField(required=False, choices=DeliveryState.choices)


class MessageOrder(Out[Any]):
    """The order that a message is about."""

    id = serializers.UUIDField()
    student = serializers.IntegerField()
    album_number = serializers.CharField()
    valid_until = serializers.DateField()


class MessageData(Out[Any]):
    """What has happened to an order."""

    order = MessageOrder()
    status = serializers.ChoiceField(choices=Status.choices)
    previous_status = serializers.ChoiceField(choices=Status.choices, allow_null=True)
    reason = serializers.ChoiceField(choices=Reason.choices)


class OrderMessage(Out[Any]):
    """An order has come into another state."""

    type = serializers.ChoiceField(choices=TYPES)
    timestamp = serializers.DateTimeField()
    data = MessageData()  # type: ignore[assignment]  # a declared field, which the class does not keep


class TestData(Out[Any]):
    """What a test says."""

    text = serializers.CharField()


class TestMessage(Out[Any]):
    """A test that an administrator has sent."""

    type = serializers.ChoiceField(choices=[TEST])
    timestamp = serializers.DateTimeField()
    data = TestData()  # type: ignore[assignment]  # as above
