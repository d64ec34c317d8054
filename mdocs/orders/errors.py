"""Errors of the commands on orders: what was asked for is not possible, and nothing was changed."""

from mdocs.models import Order
from students.eligibility import Eligibility


class NotAllowed(Exception):
    """The order's state does not allow what was asked; nothing was changed."""

    def __init__(self, order: Order) -> None:
        super().__init__(f"not allowed while {order.status}")
        self.order = order


class AlreadyOrdered(Exception):
    """The student has a live order; no second one was made."""

    def __init__(self, order: Order) -> None:
        super().__init__("there is a live order")
        self.order = order


class NotEligible(Exception):
    """The student does not meet the conditions; `eligibility` says which."""

    def __init__(self, eligibility: Eligibility) -> None:
        super().__init__("the conditions are not met")
        self.eligibility = eligibility
