"""What people are sent about their accounts, read as they read it."""

import re

from django.core import mail
from django.core.mail import EmailMessage

from accounts import emails


def deliver() -> list[EmailMessage]:
    """Send what is due, and return what has arrived since the last time."""
    emails.run()
    arrived = list(mail.outbox)
    mail.outbox.clear()
    return arrived


def link_in(message: EmailMessage) -> str:
    """The path of the address that an e-mail leads to."""
    found = re.search(r"https?://[^/\s]+(/\S+)", str(message.body))
    assert found is not None, message.body
    return found[1]
