"""Read-only admin of notifications: messages to students, and push services."""

from notifications.admin import messages, push, student_section

__all__ = ["messages", "push", "student_section"]
