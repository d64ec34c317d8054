"""Composition of e-mails: text and HTML that say the same, in the language of the student."""

from dataclasses import dataclass
from email.utils import formataddr, parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from notifications.messages.models import Message
from notifications.messages.rendering import render_message
from notifications.messages.unsubscribing import address_of
from notifications.rendered import RenderedMessage
from students.models import Faculty


@dataclass(frozen=True)
class Link:
    """A link: the words that stand for it, and its address."""

    words: str
    address: str


@dataclass(frozen=True)
class Letter:
    """Content of an e-mail from top to bottom, for the text and for the HTML."""

    institution: str
    rendered: RenderedMessage
    office: tuple[str, ...]
    page: Link
    sender: str
    footer: tuple[Link, ...]


def compose(message: Message) -> EmailMultiAlternatives:
    """Return the e-mail of a claimed message, to its student's present address, in their language."""
    user = message.student.user
    with override(user.language or settings.LANGUAGE_CODE):
        unsubscribe = address_of(message.student_id, message.kind)
        letter = _letter(message, unsubscribe)
        mail = EmailMultiAlternatives(
            letter.rendered.subject,
            _text(letter),
            from_email=_sender(),
            to=[user.email],
            headers={
                # The same for every attempt, so that servers and clients recognise a repetition.
                "Message-ID": _id(message),
                "Auto-Submitted": "auto-generated",  # RFC 3834: no automatic replies
                # RFC 8058: mail programs offer a button that sends a POST to this address.
                "List-Unsubscribe": f"<{unsubscribe}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            },
        )
        html = render_to_string("notifications/mail.html", {"letter": letter})
        mail.attach_alternative(html, "text/html")
    return mail


def _letter(message: Message, unsubscribe: str) -> Letter:
    rendered, institution = render_message(message), settings.INSTITUTION_NAME
    return Letter(
        institution=institution,
        rendered=rendered,
        office=_contacts(message.office) if rendered.sends_to_office and message.office else (),
        page=Link(_("Przejdź do strony mLegitymacja"), _address("mdocs:page")),
        sender=_("Tę wiadomość wysłał portal studenta: %(institution)s. Nie odpowiadaj na nią.")
        % {"institution": institution},
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


def _text(letter: Letter) -> str:
    """Return the plain text; not from a template, which would escape it as HTML."""
    paragraphs = [
        letter.institution,
        letter.rendered.subject,
        *letter.rendered.paragraphs,
        "\n".join(letter.office),
        _written(letter.page),
    ]
    footer = [
        "-- ",
        letter.sender,
        *map(_written, letter.footer),
    ]  # the first is the separator of a signature
    return "\n\n".join([*filter(None, paragraphs), "\n".join(footer)]) + "\n"


def _written(link: Link) -> str:
    return f"{link.words}: {link.address}"


def _sender() -> str:
    """Return the sender with a name: that of DEFAULT_FROM_EMAIL, else the portal's and the university's."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((name or ", ".join(filter(None, ("mLegitymacja", settings.INSTITUTION_NAME))), address))


def _address(name: str) -> str:
    return f"{settings.PORTAL_URL}{reverse(name)}"


def _id(message: Message) -> str:
    host = urlsplit(settings.PORTAL_URL).hostname
    return f"<message.{message.pk}.{message.created_at.timestamp():.0f}@{host}>"
