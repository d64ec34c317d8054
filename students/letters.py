"""E-mails of the portal: text and HTML that say the same, from top to bottom, with a sender that has a name."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import formataddr, parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Link:
    """A link: the words that stand for it, and its address."""

    words: str
    address: str

    def __str__(self) -> str:
        return f"{self.words}: {self.address}"


@dataclass(frozen=True)
class Letter:
    """Content of an e-mail: what it says, lines on whom to ask, the button, links below the line."""

    subject: str
    paragraphs: tuple[str, ...]
    button: Link
    office: tuple[str, ...] = ()
    footer: tuple[Link, ...] = ()

    @property
    def institution(self) -> str:
        """Return the university, whose name stands on top."""
        return settings.INSTITUTION_NAME

    @property
    def sender(self) -> str:
        """Return the sentence about who has sent this."""
        return _("Tę wiadomość wysłał portal studenta: %(institution)s. Nie odpowiadaj na nią.") % {
            "institution": self.institution
        }

    @property
    def text(self) -> str:
        """Return the plain text; not from a template, which would escape it as HTML."""
        body = [
            self.institution,
            self.subject,
            *self.paragraphs,
            "\n".join(self.office),
            str(self.button),
        ]
        footer = ["-- ", self.sender, *map(str, self.footer)]  # the first is the separator of a signature
        return "\n\n".join([*filter(None, body), "\n".join(footer)]) + "\n"


def compose_email(
    letter: Letter, to: str, message_id: str, headers: Mapping[str, str] | None = None
) -> EmailMultiAlternatives:
    """Return the e-mail of a letter to one address, in the active language."""
    email = EmailMultiAlternatives(
        letter.subject,
        letter.text,
        from_email=_sender(),
        to=[to],
        headers={
            "Message-ID": message_id,
            "Auto-Submitted": "auto-generated",  # RFC 3834: no automatic replies
            **(headers or {}),
        },
    )
    email.attach_alternative(render_to_string("mail.html", {"letter": letter}), "text/html")
    return email


def message_id(kind: str, pk: int, at: datetime) -> str:
    """Return a Message-ID: the same for every attempt, so that servers and clients recognise a repetition."""
    return f"<{kind}.{pk}.{at.timestamp():.0f}@{urlsplit(settings.PORTAL_URL).hostname}>"


def _sender() -> str:
    """Return the sender with a name: that of DEFAULT_FROM_EMAIL, else the portal's and the university's."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((name or ", ".join(filter(None, ("mLegitymacja", settings.INSTITUTION_NAME))), address))
