"""Read-only admin of notifications: messages to students, and push services."""

from notifications.admin import messages, push

__all__ = ["messages", "push"]
