"""A message as an e-mail: text and HTML, in the language of its student."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from notifications.messages.models import Message
from notifications.messages.rendering import RenderedMessage, render_message


def compose(message: Message) -> EmailMultiAlternatives:
    """Write the e-mail of a message that was claimed: to its student's present address, in their language."""
    user = message.student.user
    with override(user.language or settings.LANGUAGE_CODE):
        found = render_message(message)
        page, choices = (_address(name) for name in ("mdocs:page", "notifications:message_settings"))
        mail = EmailMultiAlternatives(
            found.subject,
            _text(found, page, choices),
            to=[user.email],
            headers={
                # The same whenever it is sent: a server or a reader can tell a repetition by it.
                "Message-ID": _id(message),
                "Auto-Submitted": "auto-generated",  # RFC 3834: nobody's "out of office" answers it
                "List-Unsubscribe": f"<{choices}>",
            },
        )
        shown = {"letter": found, "page": page, "choices": choices}
        mail.attach_alternative(render_to_string("notifications/mail.html", shown), "text/html")
    return mail


def _text(found: RenderedMessage, page: str, choices: str) -> str:
    """Lay it out by hand: a template would escape what is no HTML."""
    sender = {"institution": settings.INSTITUTION_NAME}
    paragraphs = [
        found.subject,
        *found.paragraphs,
        _("Strona mLegitymacja w portalu: %(address)s") % {"address": page},
    ]
    footer = [
        "-- ",  # as signatures begin
        _("Tę wiadomość wysłał portal studenta: %(institution)s. Nie odpowiadaj na nią.") % sender,
        _("Wybierz, które wiadomości chcesz dostawać: %(address)s") % {"address": choices},
    ]
    return "\n\n".join([*paragraphs, "\n".join(footer)]) + "\n"


def _address(name: str) -> str:
    return f"{settings.PORTAL_URL}{reverse(name)}"


def _id(message: Message) -> str:
    host = urlsplit(settings.PORTAL_URL).hostname
    return f"<message.{message.pk}.{message.created_at.timestamp():.0f}@{host}>"
