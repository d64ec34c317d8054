"""Serializers of orders, their events and their codes."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from mdocs.models import Order, OrderEvent
from mdocs.statuses import CANCELLABLE, ENDING, REVOCABLE, Attention, Reason, RevocationReason, Status

Out = serializers.Serializer

VERBS = ("cancel", "revoke", "order-again", "order-next", "withdraw-next")


class OrderResponse(Out[Order]):
    """An order; never the codes."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=Status.choices)
    status_label = serializers.CharField(
        source="get_status_display", help_text="As the student reads it, in the language of the request."
    )
    status_changed_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()
    ready_at = serializers.DateTimeField(allow_null=True, help_text="When the codes came for the first time.")
    valid_until = serializers.DateField(help_text="The last day on which the document is valid.")
    extend_to = serializers.DateField(allow_null=True, help_text="The later date that is on its way.")
    codes_expire_at = serializers.DateTimeField(allow_null=True)
    is_live = serializers.BooleanField(
        help_text="Whether it is not over. A student has at most one such order."
    )
    can = serializers.SerializerMethodField(help_text="What the state of the order allows.")
    order_again = serializers.BooleanField(help_text="Whether a new order follows when this one is over.")
    reissue_required = serializers.BooleanField(
        help_text="Whether mDokumenty has refused to extend the document, so that a new one is needed."
    )
    refusal = serializers.SerializerMethodField(help_text="mDokumenty's code for why it was rejected.")
    revocation_reason = serializers.SerializerMethodField(help_text="Why it is ending or has ended.")

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices=VERBS)))
    def get_can(self, order: Order) -> list[str]:
        """Return the actions that the state allows; ordering again requires the conditions as well."""
        if order.status in CANCELLABLE:
            return ["cancel"]
        if order.status in REVOCABLE:
            return ["revoke", "order-again"]
        if order.status in ENDING and order.revocation_reason == RevocationReason.HOLDER_REQUEST:
            return ["withdraw-next" if order.order_again else "order-next"]
        return []

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_refusal(self, order: Order) -> str | None:
        """Return the code, or None."""
        return order.rejection_code or None

    @extend_schema_field(serializers.ChoiceField(choices=RevocationReason.choices, allow_null=True))
    def get_revocation_reason(self, order: Order) -> str | None:
        """Return the reason, or None."""
        return order.revocation_reason or None


class StaffOrderResponse(OrderResponse):
    """An order, whose it is, and why it needs somebody."""

    student = serializers.IntegerField(source="student_id")
    album_number = serializers.CharField()
    card_number = serializers.CharField(allow_blank=True)
    mdokumenty_id = serializers.CharField(allow_null=True)
    attention = serializers.SerializerMethodField(help_text="Why it waits for staff.")
    failures = serializers.IntegerField(help_text="Attempts in a row that have failed.")
    next_attempt_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(serializers.ChoiceField(choices=Attention.choices, allow_null=True))
    def get_attention(self, order: Order) -> str | None:
        """Return the reason for attention, or None."""
        return order.attention or None


class EventResponse(Out[Any]):
    """One step in an order's life. `what`, `detail` and `who` are for people, in the language of the request."""

    at = serializers.DateTimeField()
    old = serializers.ChoiceField(
        choices=Status.choices, allow_null=True, help_text="Null where it was made."
    )
    new = serializers.ChoiceField(choices=Status.choices)
    reason = serializers.ChoiceField(choices=Reason.choices)
    what = serializers.CharField()
    detail = serializers.CharField(allow_blank=True)
    who = serializers.CharField()


def serialize_event(event: OrderEvent, words: Any) -> dict[str, Any]:
    """Return an event with the words in which the student's page or the dean's office shows it."""
    texts = {"what": words.what, "detail": words.detail, "who": words.who}
    step = {"at": event.at, "old": event.old or None, "new": event.new, "reason": event.reason}
    return EventResponse(step | texts).data


class OrderWithEventsResponse(OrderResponse):
    """An order and its life, the oldest step first."""

    events = EventResponse(many=True)


class StaffOrderWithEventsResponse(StaffOrderResponse):
    """An order and its life, the oldest step first."""

    events = EventResponse(many=True)


class CodesResponse(Out[Order]):
    """What a student needs to add the mLegitymacja to a phone. Keep it from everybody else."""

    qr_token = serializers.CharField(help_text="The text of the QR code that mObywatel scans.")
    activation_code = serializers.CharField(help_text="What is typed after scanning.")
    expire_at = serializers.DateTimeField(source="codes_expire_at")
