"""Account events among a student's messages: `accounts` and `notifications` know nothing of each other."""

from typing import Any

from django.conf import settings
from django.dispatch import receiver
from django.utils.translation import override

from accounts.event_models import AccountEvent, EventKind
from accounts.event_texts import text_of
from accounts.events import event_recorded
from notifications.messages.account_messages import create_account_message
from notifications.rendered import RenderedMessage
from students.models import Student

# Who is asked to set a password cannot read messages yet; and the texts of these have a link that opens the account.
_WITH_LINKS = frozenset({EventKind.INVITED, EventKind.RESET_ASKED})


@receiver(event_recorded)
def create_message(event: AccountEvent, **_arguments: Any) -> None:
    """Create the message of an event, if the account is a student's."""
    if event.kind in _WITH_LINKS:
        return
    if (student := Student.objects.of_user(event.user).only("pk").first()) is not None:
        texts = {language: _rendered(event, language) for language, _name in settings.LANGUAGES}
        create_account_message(student, texts, event.at)


def _rendered(event: AccountEvent, language: str) -> RenderedMessage:
    with override(language):
        text = text_of(event)
        return RenderedMessage(text.subject, text.paragraphs)
