"""Messages about what has happened to a student's account: a new device, another password, a token."""

from collections.abc import Mapping
from datetime import datetime

from notifications.messages.models import EmailState, Message
from notifications.messages.notification_types import NotificationType
from notifications.rendered import RenderedMessage
from students.models import Student


def create_account_message(student: Student, texts: Mapping[str, RenderedMessage], at: datetime) -> None:
    """Create a message whose text is given by language ("pl", "en"). It has no e-mail: `accounts` sends one."""
    Message.objects.create(
        student=student,
        kind=NotificationType.ACCOUNT,
        created_at=at,
        email_state=EmailState.APART,
        values={
            language: {"subject": text.subject, "paragraphs": list(text.paragraphs)}
            for language, text in texts.items()
        },
    )
