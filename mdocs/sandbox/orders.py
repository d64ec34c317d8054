"""Order at the ministry: what was asked for, the states it went through, and how it is shown."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from mdocs.sandbox.errors import message
from mdocs.sandbox.validation import Application, Holder, Institution

ACTIVATION_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # no 0/O and no 1/I: people type it from a screen
ACTIVATION_LENGTH = 6
QR_TOKEN_BYTES = 90  # 120 characters
DEEDS_KEPT = 100  # of one order
POLAND = ZoneInfo("Europe/Warsaw")


class Status(StrEnum):
    """The contract's states of an order."""

    PENDING = "pending"
    PROCESSING = "processing"
    READY = "ready"
    COLLECTED = "collected"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REVOKED = "revoked"


IN_PREPARATION = frozenset({Status.PENDING, Status.PROCESSING})
LIVE = IN_PREPARATION | {Status.READY, Status.COLLECTED}


@dataclass(frozen=True)
class Version:
    """State of an order that could be seen from a moment on."""

    status: Status
    at: datetime
    valid_until: date


@dataclass(frozen=True, repr=False)
class Codes:
    """Codes that bring the document onto the phone."""

    qr_token: str
    activation_code: str
    expire_at: datetime

    @classmethod
    def draw(cls, expire_at: datetime) -> Codes:
        """Make new codes, which nobody can guess."""
        letters = (secrets.choice(ACTIVATION_ALPHABET) for _ in range(ACTIVATION_LENGTH))
        return cls(secrets.token_urlsafe(QR_TOKEN_BYTES), "".join(letters), expire_at)


DeedKind = Literal["activation", "look", "inspection"]


@dataclass(frozen=True)
class Deed:
    """Deed of a phone with a document. `refusal` is the code of why it did not go well, or None."""

    kind: DeedKind
    refusal: str | None
    at: datetime


@dataclass(repr=False)
class Order:
    """An order and, once issued, its document. `pace` (0 to 1) is its place among the processing times."""

    number: int
    order_id: str
    client_reference: UUID
    fingerprint: str
    institution: Institution
    holder: Holder
    student_number: str
    card_number: str | None
    created_at: datetime
    pace: float
    versions: list[Version]
    codes: Codes | None = None
    rejection: str | None = None
    deeds: list[Deed] = field(default_factory=list)

    @classmethod
    def place(
        cls, number: int, application: Application, fingerprint: str, pace: float, now: datetime
    ) -> Order:
        """Make a new order out of a request."""
        return cls(
            number=number,
            order_id=f"mD-{now.year}-{number:07}",
            client_reference=application.client_reference,
            fingerprint=fingerprint,
            institution=application.institution,
            holder=application.holder,
            student_number=application.student_number,
            card_number=application.card_number,
            created_at=now,
            pace=pace,
            versions=[Version(Status.PENDING, now, application.valid_until)],
        )

    @property
    def status(self) -> Status:
        """The state of the latest version."""
        return self.versions[-1].status

    @property
    def valid_until(self) -> date:
        """The last day on which the document is valid."""
        return self.versions[-1].valid_until

    @property
    def updated_at(self) -> datetime:
        """Time of the last change."""
        return self.versions[-1].at

    def lapsed(self, now: datetime) -> bool:
        """Tell whether the last valid day, as counted in Poland, is over."""
        return self.valid_until < now.astimezone(POLAND).date()

    def move(self, status: Status, at: datetime) -> None:
        """Enter a state; never earlier than the state before it began."""
        self._add(status, at, self.valid_until)

    def extend(self, valid_until: date, at: datetime) -> None:
        """Set a later valid-until date."""
        self._add(self.status, at, valid_until)

    def _add(self, status: Status, at: datetime, valid_until: date) -> None:
        self.versions.append(Version(status, max(at, self.updated_at), valid_until))

    def note(self, deed: Deed) -> bool:
        """Write down what a phone did, and tell whether it is news: a look that shows the same again is none."""
        if deed.kind == "look":
            looks = [known.refusal for known in self.deeds if known.kind != "inspection"]
            if looks and looks[-1] == deed.refusal:
                return False
        self.deeds = [*self.deeds, deed][-DEEDS_KEPT:]
        return True

    def history(self) -> list[tuple[Status, datetime]]:
        """Return the states with the moments in which they began."""
        return [
            (version.status, version.at)
            for before, version in zip([None, *self.versions], self.versions, strict=False)
            if before is None or before.status != version.status
        ]

    def dates(self) -> list[tuple[date, datetime]]:
        """Return the valid-until dates with the moments from which they held."""
        return [
            (version.valid_until, version.at)
            for before, version in zip([None, *self.versions], self.versions, strict=False)
            if before is None or before.valid_until != version.valid_until
        ]

    def as_json(self, version: Version | None = None) -> dict[str, Any]:
        """Return the contract's order object, by default of the latest version."""
        seen = version or self.versions[-1]
        answer: dict[str, Any] = {
            "order_id": self.order_id,
            "client_reference": str(self.client_reference),
            "status": seen.status,
            "valid_until": seen.valid_until.isoformat(),
            "created_at": timestamp(self.created_at),
            "updated_at": timestamp(seen.at),
        }
        if seen.status is Status.READY:
            answer |= self._codes()
        if seen.status is Status.REJECTED and self.rejection:
            answer["rejection"] = {"code": self.rejection, "message": message(self.rejection)}
        return answer

    def as_ledger_json(self) -> dict[str, Any]:
        """Return the order with what was ordered and everything that happened, codes included."""
        holder = self.holder
        return {
            **self.as_json(),
            **self._codes(),
            "institution": {"code": self.institution.code, "name": self.institution.name},
            "holder": {
                "pesel": holder.pesel,
                "first_names": holder.first_names,
                "last_name": holder.last_name,
                "birth_date": holder.birth_date.isoformat(),
            },
            "student_number": self.student_number,
            "card_number": self.card_number,
            "history": [[status, timestamp(at)] for status, at in self.history()],
            "dates": [[day.isoformat(), timestamp(at)] for day, at in self.dates()],
        }

    def _codes(self) -> dict[str, str]:
        if self.codes is None:
            return {}
        return {
            "qr_token": self.codes.qr_token,
            "activation_code": self.codes.activation_code,
            "codes_expire_at": timestamp(self.codes.expire_at),
        }


def timestamp(moment: datetime) -> str:
    """Write a moment as ISO 8601 in UTC with Z; the microseconds keep quick changes apart."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def later(moment: datetime, seconds: float) -> datetime:
    """Return the moment so many seconds later."""
    return moment + timedelta(seconds=seconds)
