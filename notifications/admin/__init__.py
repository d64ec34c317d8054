"""Admin of notifications: messages to students, and the push services. Nothing is changed here."""

from notifications.admin import messages, push

__all__ = ["messages", "push"]
