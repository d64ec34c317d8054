"""Views of a student's messages in the portal."""

from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from mdocs.page.decorators import READ, SignedInRequest, personal
from notifications.messages.models import Message
from notifications.messages.rendering import render_message
from notifications.rendered import RenderedMessage

PAGE_SIZE = 20


@dataclass(frozen=True)
class ListedMessage:
    """Message as the list shows it."""

    text: RenderedMessage
    at: datetime
    is_unread: bool


@personal(*READ)
def message_list(request: SignedInRequest) -> HttpResponse:
    """Show the student's messages, the newest first, without marking any as read."""
    own = Message.objects.of_user(request.user)
    if older_than := _number(request.GET.get("przed", "")):
        own = own.filter(pk__lt=older_than)
    found = list(own.with_event_and_order()[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    context = {
        "listed_messages": [
            ListedMessage(render_message(each), each.created_at, each.read_at is None) for each in shown
        ],
        "newest": shown[0].pk if shown else None,
        "older_than": shown[-1].pk if len(found) > PAGE_SIZE else None,
        "is_first": not older_than,
    }
    return render(request, "notifications/list.html", context)


@personal("POST")
def mark_as_read(request: SignedInRequest) -> HttpResponse:
    """Mark as read the newest message of the list that was submitted, and all older ones."""
    seen = Message.objects.of_user(request.user).filter(pk__lte=_number(request.POST.get("newest", "")))
    seen.unread().update(read_at=timezone.now())
    return redirect("notifications:messages")


def _number(text: str) -> int:
    """Return the key of a message, 0 for "". Raises Http404 if it is not a number."""
    try:
        return int(text or 0)
    except ValueError:
        raise Http404 from None
