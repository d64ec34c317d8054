"""How many messages are unread, for the menu of every page for students."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from notifications.messages.models import Message


def in_menu(request: HttpRequest) -> dict[str, Callable[[], int]]:
    """Give templates `unread_messages`: one query, and none where no template asks for it.

    A view that knows the number already puts it into its context under the same name.
    """
    return {"unread_messages": cache(lambda: Message.objects.of_user(request.user).unread().count())}


def unread_count() -> Any:
    """Return the expression that counts the unread messages of a row of students."""
    theirs = Message.objects.unread().filter(student=OuterRef("pk")).order_by().values("student")
    return Coalesce(
        Subquery(theirs.annotate(count=Count("pk")).values("count")), 0, output_field=IntegerField()
    )
