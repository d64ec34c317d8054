"""Composition of e-mails: text and HTML, in the language of the student."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from notifications.messages.models import Message
from notifications.messages.rendering import render_message
from notifications.rendered import RenderedMessage


def compose(message: Message) -> EmailMultiAlternatives:
    """Return the e-mail of a claimed message, to its student's present address, in their language."""
    user = message.student.user
    with override(user.language or settings.LANGUAGE_CODE):
        rendered = render_message(message)
        page, preferences = (_address(name) for name in ("mdocs:page", "notifications:message_settings"))
        mail = EmailMultiAlternatives(
            rendered.subject,
            _text(rendered, page, preferences),
            to=[user.email],
            headers={
                # The same for every attempt, so that servers and clients recognise a repetition.
                "Message-ID": _id(message),
                "Auto-Submitted": "auto-generated",  # RFC 3834: no automatic replies
                "List-Unsubscribe": f"<{preferences}>",
            },
        )
        context = {"message": rendered, "page": page, "preferences": preferences}
        mail.attach_alternative(render_to_string("notifications/mail.html", context), "text/html")
    return mail


def _text(rendered: RenderedMessage, page: str, preferences: str) -> str:
    """Return the plain text; not from a template, which would escape it as HTML."""
    sender = {"institution": settings.INSTITUTION_NAME}
    paragraphs = [
        rendered.subject,
        *rendered.paragraphs,
        _("Strona mLegitymacja w portalu: %(address)s") % {"address": page},
    ]
    footer = [
        "-- ",  # separator of a signature
        _("Tę wiadomość wysłał portal studenta: %(institution)s. Nie odpowiadaj na nią.") % sender,
        _("Wybierz, które wiadomości chcesz dostawać: %(address)s") % {"address": preferences},
    ]
    return "\n\n".join([*paragraphs, "\n".join(footer)]) + "\n"


def _address(name: str) -> str:
    return f"{settings.PORTAL_URL}{reverse(name)}"


def _id(message: Message) -> str:
    host = urlsplit(settings.PORTAL_URL).hostname
    return f"<message.{message.pk}.{message.created_at.timestamp():.0f}@{host}>"
