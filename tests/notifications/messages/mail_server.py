"""Local mail server with switchable replies, and workers of messages with a clock of their own."""

import email
import socket
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from django.utils import timezone

from notifications import outbox
from notifications.messages import email_delivery
from notifications.messages.models import Message


class MailServer:
    """SMTP server that keeps what it takes. `answers` maps an address to its reply; "" stands for the text."""

    def __init__(self) -> None:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self.port = int(listener.getsockname()[1])
        self.taken: list[tuple[str, EmailMessage]] = []
        self.answers: dict[str, str] = {}
        self.connections = 0
        self._controller: Controller | None = None

    def start(self) -> None:
        """Listen, after `stop` too, at the same address."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()
        self.connections = 0  # the controller itself has connected once

    def stop(self) -> None:
        """Stop listening."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    async def handle_EHLO(  # noqa: N802 -- the names are aiosmtpd's
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        """Count the connection."""
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Accept an address, or reply as the test wants."""
        if answer := self.answers.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Accept the text, or reply as the test wants."""
        if answer := self.answers.get(""):
            return answer
        (address,) = envelope.rcpt_tos
        self.taken.append((address, email.message_from_bytes(envelope.content, policy=default)))
        return "250 OK"

    @property
    def subjects(self) -> list[str]:
        """Return the subjects, in the order of arrival."""
        return [subject(mail) for _address, mail in self.taken]


def subject(mail: EmailMessage) -> str:
    """Return the subject of a mail, unfolded."""
    return str(mail["Subject"]).strip()


def body(mail: EmailMessage, kind: str = "plain") -> str:
    """Return the text or the HTML of a mail."""
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


class MessageWorker:
    """Workers of messages and of e-mails; `now` is their time."""

    def __init__(self) -> None:
        self.now = timezone.now()

    def clock(self) -> datetime:
        return self.now

    def later(self, **duration: float) -> None:
        self.now += timedelta(**duration)

    def run(self) -> None:
        """Dispatch all events, and send the e-mails that are due."""
        outbox.dispatch(self.clock, timedelta(seconds=1))
        email_delivery.run(self.clock, timedelta(seconds=1))

    def until(self, done: Callable[[], bool], *, within: timedelta = timedelta(days=2)) -> None:
        """Run at each moment at which an e-mail is due, until it is done."""
        end = self.now + within
        self.run()
        while not done():
            due = Message.objects.exclude(email_due_at=None).order_by("email_due_at").first()
            assert due is not None and due.email_due_at is not None
            self.now = max(due.email_due_at, self.now + timedelta(milliseconds=1))
            assert self.now < end, f"not done within {within}"
            self.run()


def states() -> list[str]:
    """Return the states of the e-mails, in the order of their messages."""
    return list(Message.objects.order_by("pk").values_list("email_state", flat=True))
