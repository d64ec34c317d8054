"""Count of unread messages, for the menu of every page for students."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from notifications.messages.models import Message

# The same count over the row `student` of mdocs.page.version.
UNREAD = """(SELECT count(*) FROM notifications_message message
              WHERE message.student_id = student.id AND message.read_at IS NULL)"""


def unread_messages(request: HttpRequest) -> dict[str, Callable[[], int]]:
    """Context processor: `unread_messages` counts them, with one query when a template uses it.

    A view that knows the number already sets it in its own context.
    """
    return {"unread_messages": cache(lambda: Message.objects.of_user(request.user).unread().count())}


def unread_count() -> Any:
    """Return an expression that counts the unread messages of a student, for a queryset of students."""
    unread = Message.objects.unread().filter(student=OuterRef("pk")).order_by().values("student")
    return Coalesce(
        Subquery(unread.annotate(count=Count("pk")).values("count")), 0, output_field=IntegerField()
    )
