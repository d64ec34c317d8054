"""Admin of orders: what changes them are the commands of `mdocs.orders`, never a form's fields."""

from mdocs.office.admin import (
    breaker,
    events,
    order_finder,
    orders,
    reconciliation,
    student_buttons,
    students,
)

__all__ = ["breaker", "events", "order_finder", "orders", "reconciliation", "student_buttons", "students"]
