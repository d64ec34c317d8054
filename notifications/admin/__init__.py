"""Admin of notifications: messages to students, the office's own ones with their templates, and push services."""

from notifications.admin import mailings, messages, push, student_section

__all__ = ["mailings", "messages", "push", "student_section"]
