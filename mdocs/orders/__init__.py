"""The verbs: everything that can be done with an order. The only code that changes an order's state.

Each verb locks the order, checks it against the table of transitions, writes an event with the change, says when the
worker has to look next, and wakes the engine after the commit. What mDokumenty answers is recorded in
`mdocs.engine.responses` through `locked` and `move`.
"""

from mdocs.orders.ending import cancel, end, order_again, revoke, write_off
from mdocs.orders.keeping import extend, hurry, note_look, retry, watch, watch_codes
from mdocs.orders.locking import locked
from mdocs.orders.placing import place
from mdocs.orders.steps import AlreadyOrdered, NotAllowed, NotEligible, move, note
from mdocs.orders.warning import warn_of_expiry

__all__ = [
    "AlreadyOrdered",
    "NotAllowed",
    "NotEligible",
    "cancel",
    "end",
    "extend",
    "hurry",
    "locked",
    "move",
    "note",
    "note_look",
    "order_again",
    "place",
    "retry",
    "revoke",
    "warn_of_expiry",
    "watch",
    "watch_codes",
    "write_off",
]
