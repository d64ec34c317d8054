"""Commands: everything that can be done with an order. The only code that changes an order's state.

Each command locks the order, checks it against the table of transitions, writes an event with the change, says when the
worker has to look next, and wakes the engine after the commit. What mDokumenty answers is recorded in
`mdocs.engine.responses` through `order_for_update` and `transition`.
"""

from mdocs.orders.again import order_again, order_next, withdraw_next
from mdocs.orders.cancellation import can_be_written_off, cancel, end, revoke, write_off
from mdocs.orders.errors import AlreadyOrdered, NotAllowed, NotEligible
from mdocs.orders.events import record_event
from mdocs.orders.expiry_warnings import warn_of_expiry
from mdocs.orders.extension import extend
from mdocs.orders.locking import order_for_update, order_locked
from mdocs.orders.placement import place, place_after_refusals
from mdocs.orders.retrying import retry
from mdocs.orders.transitions import transition
from mdocs.orders.viewing import poll_faster, prioritise, record_codes_view, record_view

__all__ = [
    "AlreadyOrdered",
    "NotAllowed",
    "NotEligible",
    "can_be_written_off",
    "cancel",
    "end",
    "extend",
    "order_again",
    "order_for_update",
    "order_locked",
    "order_next",
    "place",
    "place_after_refusals",
    "poll_faster",
    "prioritise",
    "record_codes_view",
    "record_event",
    "record_view",
    "retry",
    "revoke",
    "transition",
    "warn_of_expiry",
    "withdraw_next",
    "write_off",
]
