"""Actions on one's own order."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from api.serializers.orders import OrderResponse
from api.views.base import user_of
from api.views.idempotent import IdempotentResource, describe_post
from api.views.own import ORDER, OWN_ORDERS, not_allowed, not_eligible, own_order, with_events
from mdocs import orders
from mdocs.models import Order
from mdocs.page.texts import actions


class OwnAction(IdempotentResource):
    """Base of the actions on one's own order."""

    scopes = ORDER
    has_match = True
    command: Callable[..., Order]
    action: actions.Action

    @contextmanager
    def current(self, request: Request, **place: Any) -> Iterator[Any]:
        """Lock the order, and give what the GET of it answers."""
        with orders.order_locked(own_order(request, place["order_id"]).pk):
            yield with_events(own_order(request, place["order_id"]), user_of(request))

    def change(self, request: Request, given: Mapping[str, Any], **place: Any) -> Response:
        """Run the action, and return the changed order."""
        order = own_order(request, place["order_id"])
        try:
            changed = type(self).command(order, by=user_of(request))
        except orders.NotAllowed as refused:
            detail = self.action.impossible % {"status": refused.order.get_status_display()}
            raise not_allowed(refused, detail) from None
        except orders.NotEligible as refused:
            raise not_eligible(refused) from None
        return Response(OrderResponse(changed).data)


@describe_post(
    "cancel",
    "Cancel an order",
    "For an order that is not ready yet; a ready one is revoked.",
    tag=OWN_ORDERS,
    shows=OrderResponse,
)
class Cancel(OwnAction):
    """Cancels an order that is not ready."""

    command, action = staticmethod(orders.cancel), actions.CANCEL


@describe_post(
    "revoke",
    "Revoke an mLegitymacja",
    "Ends one that is ready or collected, on every phone.",
    tag=OWN_ORDERS,
    shows=OrderResponse,
)
class Revoke(OwnAction):
    """Revokes an mLegitymacja."""

    command, action = staticmethod(orders.revoke), actions.REVOKE


@describe_post(
    "order_again",
    "Replace an mLegitymacja",
    "Revokes it, and orders a new one as soon as mDokumenty has confirmed that. Answers with the old order.",
    tag=OWN_ORDERS,
    shows=OrderResponse,
)
class OrderAgain(OwnAction):
    """Revokes an mLegitymacja and orders another."""

    limits = {"POST": "orders"}
    command, action = staticmethod(orders.order_again), actions.ORDER_AGAIN


@describe_post(
    "order_next",
    "Order a new one when this has ended",
    "For an order that is being cancelled or revoked at its student's request: a new one is placed as soon as "
    "mDokumenty has confirmed that. Asked again, nothing changes.",
    tag=OWN_ORDERS,
    shows=OrderResponse,
)
class OrderNext(OwnAction):
    """Has a new order follow one that is ending."""

    limits = {"POST": "orders"}
    command, action = staticmethod(orders.order_next), actions.ORDER_NEXT


@describe_post(
    "withdraw_next",
    "Order no new one when this has ended",
    "Calls off what `order-next` or `order-again` has asked for, while the old one is still ending.",
    tag=OWN_ORDERS,
    shows=OrderResponse,
)
class WithdrawNext(OwnAction):
    """Lets no new order follow one that is ending."""

    command, action = staticmethod(orders.withdraw_next), actions.WITHDRAW_NEXT
