"""E-mails of messages, in the language of the student."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from notifications.messages.models import Message
from notifications.messages.rendering import render_message
from notifications.messages.unsubscribing import address_of
from students.letters import Letter, Link, compose_email, message_id
from students.models import Faculty


def compose(message: Message) -> EmailMultiAlternatives:
    """Return the e-mail of a claimed message, to its student's present address, in their language."""
    user = message.student.user
    with override(user.language or settings.LANGUAGE_CODE):
        unsubscribe = address_of(message.student_id, message.kind)
        return compose_email(
            _letter(message, unsubscribe),
            user.email,
            message_id("message", message.pk, message.created_at),
            {
                # RFC 8058: mail programs offer a button that sends a POST to this address.
                "List-Unsubscribe": f"<{unsubscribe}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            },
        )


def _letter(message: Message, unsubscribe: str) -> Letter:
    rendered = render_message(message)
    return Letter(
        rendered.subject,
        rendered.paragraphs,
        Link(_("Przejdź do strony mLegitymacja"), _address("mdocs:page")),
        office=_contacts(message.office) if rendered.sends_to_office and message.office else (),
        footer=(
            Link(_("Wybierz, które wiadomości chcesz dostawać"), _address("notifications:message_settings")),
            Link(_("Nie wysyłajcie tych e-maili"), unsubscribe),
        ),
    )


def _contacts(office: Faculty) -> tuple[str, ...]:
    """Return the lines that say where the student's dean's office is to be reached; empty where nothing is known."""
    if not office.has_contacts:
        return ()
    known = (
        (_("Telefon"), office.phone),
        (_("E-mail"), office.email),
        (_("Strona dziekanatu"), office.website),
        (_("Pokój"), office.room),
        (_("Godziny"), office.hours),
    )
    return (
        _("Dziekanat") + f": {office.local_name}",
        *(f"{label}: {value}" for label, value in known if value),
    )


def _address(name: str) -> str:
    return f"{settings.PORTAL_URL}{reverse(name)}"
