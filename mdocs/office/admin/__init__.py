"""The admin of orders: what changes them are the verbs of `mdocs.orders`, never a form's fields."""

from mdocs.office.admin import breaker, events, messages, orders, push, students

__all__ = ["breaker", "events", "messages", "orders", "push", "students"]
