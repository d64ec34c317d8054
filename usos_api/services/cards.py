"""services/cards: the user's cards and mLegitymacja, through the functions and querysets of the student's page."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.utils import timezone

from mdocs import orders
from mdocs.models import Order
from mdocs.page import codes_views
from mdocs.page.shown_order import student_who_orders, would_refuse_photo_again
from mdocs.querysets import ENCRYPTED
from mdocs.statuses import RevocationReason
from students.eligibility import eligibility_of
from students.models import StudentCard
from students.rate_limits import limit
from usos_api import reasons, texts
from usos_api.errors import ObjectInvalid, ObjectNotFound
from usos_api.methods import Argument, Call, declare_module, method
from usos_api.scopes import CARDS
from usos_api.services.many import flag
from usos_api.services.shapes import (
    CARD_FIELDS,
    CODES,
    MCARD_FIELDS,
    ORDER_FIELDS,
    serialize_card,
    serialize_order,
)

declare_module("services/cards", "Student cards", "Plastic student cards and the mLegitymacja.")

_SCOPES: dict[str, Any] = {"scopes": (CARDS,)}
_ORDER_ID = Argument("order_id", "Id of an order of the user.", required=True)
_SUCCESS = {"success": True}


@method(
    "services/cards/make_mcard_order",
    "Order an mLegitymacja.",
    description="Answers an error with the reasons, for the user to read, where that is not possible; there is never "
    "a second order beside an open one.",
    **_SCOPES,
    arguments=(
        Argument(
            "anyway",
            "true orders although mDokumenty has refused the photo that the user still has.",
            default="false",
        ),
    ),
    returns='{"success": true}',
)
def make_mcard_order(call: Call) -> dict[str, Any]:
    """Order an mLegitymacja for the user."""
    student = student_who_orders(call.user)
    if student is None:
        raise ObjectInvalid("The user is not a student.", texts.NOT_A_STUDENT)
    if not flag(call, "anyway") and would_refuse_photo_again(student, call.now):
        message = (
            "mDokumenty has refused this photo. Order with anyway=true if the user wants to all the same."
        )
        raise ObjectInvalid(message, reasons.same_photo())
    try:
        limit("orders", call.user.pk)
        orders.place(student, by=call.user)
    except orders.AlreadyOrdered as refused:
        raise ObjectInvalid("There is an open order.", reasons.why_not_another(refused.order)) from None
    except orders.NotEligible as refused:
        person = reasons.why_not_eligible(refused.eligibility)
        raise ObjectInvalid("The user does not meet the conditions.", person) from None
    return _SUCCESS


@method(
    "services/cards/mcard",
    "The user's mLegitymacja: what can be done, and all orders.",
    **_SCOPES,
    fields=MCARD_FIELDS,
)
def mcard(call: Call) -> dict[str, Any]:
    """Return what the user can do and has ordered."""
    found = list(_own_orders(call))
    _record_view(found, call)
    live = next((order for order in found if order.is_live), None)

    def why_cannot_order() -> Any:
        if live is not None:  # reason enough, and the conditions are a query
            return reasons.why_not_another(live)
        return reasons.why_cannot_order(eligibility_of(call.user, timezone.localdate(call.now)))

    return {
        "why_cannot_order": why_cannot_order,
        "why_cannot_revoke": lambda: reasons.why_cannot_end_any(found),
        "orders": lambda: [serialize_order(order, call.now) for order in found],
    }


@method(
    "services/cards/mcard_order",
    "One order of the user.",
    **_SCOPES,
    arguments=(_ORDER_ID,),
    fields=ORDER_FIELDS,
)
def mcard_order(call: Call) -> dict[str, Any]:
    """Return one order."""
    order = _own_order(call)
    _record_view([order], call)
    return serialize_order(order, call.now)


@method(
    "services/cards/revoke_mcard",
    "Cancel an order that is not ready, revoke an mLegitymacja that is.",
    **_SCOPES,
    arguments=(_ORDER_ID,),
    returns='{"success": true}',
)
def revoke_mcard(call: Call) -> dict[str, Any]:
    """End an order, as its state asks for."""
    order = _own_order(call)
    try:
        orders.end(order, by=call.user, reason=RevocationReason.HOLDER_REQUEST)
    except orders.NotAllowed as refused:
        person = reasons.why_cannot_end(refused.order) or texts.IS_OVER
        raise ObjectInvalid("The order is over, or on its way out.", person) from None
    return _SUCCESS


@method("services/cards/user", "The user's valid student cards.", **_SCOPES, fields=CARD_FIELDS)
def user(call: Call) -> list[dict[str, Any]]:
    """Return the cards that are valid today."""
    valid = StudentCard.objects.in_use().filter(valid_until__gte=timezone.localdate(call.now))
    return [serialize_card(card) for card in valid.filter(student__user=call.user).select_related("student")]


@method("services/cards/user_cards", "All student cards of the user.", **_SCOPES, fields=CARD_FIELDS)
def user_cards(call: Call) -> list[dict[str, Any]]:
    """Return all cards, past ones too."""
    cards = StudentCard.objects.filter(student__user=call.user).select_related("student")
    return [serialize_card(card) for card in cards]


def _own_orders(call: Call) -> Any:
    """Return the user's orders, the newest first, with codes where they are selected."""
    unread = set(ENCRYPTED) - (set(CODES) if call.wants("token", "distribution_pass") else set())
    return Order.objects.of_user(call.user).defer(*unread)


def _own_order(call: Call) -> Order:
    given = call.arguments["order_id"]
    try:
        number = UUID(given)
    except ValueError:
        raise ObjectNotFound("order_id", call.method.name) from None
    order = _own_orders(call).filter(pk=number).first()
    if not isinstance(order, Order):
        raise ObjectNotFound("order_id", call.method.name)
    return order


def _record_view(found: Iterable[Order], call: Call) -> None:
    """Record that the student waits and, where codes are selected, the access to them, as the page does."""
    asks_for_codes = call.wants("token", "distribution_pass")
    if asks_for_codes:
        limit("codes", call.user.pk)
    for order in found:
        if asks_for_codes and codes_views.codes_work(order, call.now):
            codes_views.record_codes_shown(order)
        else:
            orders.record_view(order, at=call.now)
