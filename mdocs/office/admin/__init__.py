"""Admin of orders: what changes them are the commands of `mdocs.orders`, never a form's fields."""

from mdocs.office.admin import breaker, events, orders, students

__all__ = ["breaker", "events", "orders", "students"]
