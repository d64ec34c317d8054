"""The mail server's reply to one e-mail, and one connection for many."""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.validators import validate_email

_CLOSES = 421  # "Service not available, closing transmission channel" (RFC 5321)
_AUTHENTICATION_REQUIRED = 530


@dataclass(frozen=True)
class Rejection:
    """Reply of a server that has not taken an e-mail: its code, and whether it will never take it.

    The server's text may contain the address, so only the code is kept.
    """

    code: int
    is_final: bool


@contextmanager
def open_connection() -> Iterator[BaseEmailBackend]:
    """Open a connection to the mail server and close it whatever happens. Raises OSError (smtplib's errors among
    them)."""
    connection = get_connection()
    try:
        connection.open()
        yield connection
    finally:
        with suppress(OSError):
            connection.close()


def send(email: EmailMessage, connection: BaseEmailBackend) -> Rejection | None:
    """Send one e-mail to one address; return the server's rejection of it, None where it is taken.

    Raises OSError where the server takes no mail at all.
    """
    try:
        connection.send_messages([email])
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
        if isinstance(error, smtplib.SMTPDataError):
            code, text = error.smtp_code, error.smtp_error
        else:
            ((code, text),) = error.recipients.values()
        if code == _CLOSES:
            raise
        return _rejection(code, text)
    return None


def is_address(text: str) -> bool:
    """Return whether a text is an e-mail address that can be sent to."""
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _rejection(code: int, text: bytes | str) -> Rejection:
    """Read a reply: 5xx rejects the address for good, 4xx does not, nor does what is the portal's own fault."""
    enhanced = (text.decode(errors="replace") if isinstance(text, bytes) else text).partition(" ")[0]
    # 5.7.x (RFC 3463): policy or permissions, as when the server does not relay for the portal.
    ours = enhanced.startswith("5.7.") or code == _AUTHENTICATION_REQUIRED
    return Rejection(code, code >= 500 and not ours)
