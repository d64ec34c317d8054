"""Validation of requests: strict, so that a mistake of the portal shows here and not at the ministry."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from io import BytesIO
from typing import Any
from uuid import UUID

from PIL import Image

from mdocs.sandbox.errors import ApiError, bad_request
from mdocs.sandbox.languages import gettext as _

REVOCATION_REASONS = frozenset(
    {
        "holder_request",
        "card_not_extended",
        "card_invalidated",
        "student_status_lost",
        "holder_data_changed",
        "issued_in_error",
    }
)
LONGEST_TEXT = 200
LONGEST_QR_TOKEN = 512
END_OF_JPEG = b"\xff\xd9"


class Members:
    """The members of one JSON object, each taken exactly once; `finish` refuses those left over."""

    def __init__(self, value: object, name: str = "") -> None:
        if not isinstance(value, dict):
            raise bad_request(f"{name or 'Treść'}: oczekiwano obiektu JSON.")
        self._left: dict[str, object] = dict(value)
        self._prefix = f"{name}." if name else ""

    def take(self, name: str) -> Any:
        """Take a required member of any type."""
        if name not in self._left:
            raise bad_request(f"Brakuje pola {self._prefix}{name}.")
        return self._left.pop(name)

    def object(self, name: str) -> Members:
        """Take a nested object."""
        return Members(self.take(name), self._prefix + name)

    def text(self, name: str, longest: int = LONGEST_TEXT) -> str:
        """Take a text that says something and is not longer than so many characters."""
        value = self.take(name)
        if not isinstance(value, str) or not value.strip() or len(value) > longest:
            raise bad_request(
                _("%(name)s: oczekiwano tekstu do %(most)d znaków.")
                % {"name": f"{self._prefix}{name}", "most": longest}
            )
        return value

    def text_or_null(self, name: str) -> str | None:
        """Take a text that may be missing, but then as an explicit null."""
        if name in self._left and self._left[name] is None:
            del self._left[name]
            return None
        return self.text(name)

    def choice(self, name: str, allowed: Collection[str]) -> str:
        """Take one of a few words."""
        value = self.take(name)
        if not isinstance(value, str) or value not in allowed:
            raise bad_request(f"{self._prefix}{name}: dozwolone są {', '.join(sorted(allowed))}.")
        return value

    def day(self, name: str) -> date:
        """Take a date written as YYYY-MM-DD and in no other form of ISO 8601."""
        value = self.take(name)
        try:
            day = date.fromisoformat(value)
        except (TypeError, ValueError):
            day = None
        if day is None or day.isoformat() != value:
            raise bad_request(f"{self._prefix}{name}: oczekiwano daty RRRR-MM-DD.")
        return day

    def uuid(self, name: str) -> UUID:
        """Take a UUID."""
        return parse_uuid(self.take(name), self._prefix + name)

    def bytes(self, name: str) -> bytes:
        """Take bytes written in base64."""
        value = self.take(name)
        try:
            return base64.b64decode(value, validate=True)
        except (TypeError, ValueError, binascii.Error):
            raise bad_request(f"{self._prefix}{name}: oczekiwano base64.") from None

    def finish(self) -> None:
        """Refuse the request if it has members that the contract does not know."""
        if self._left:
            raise bad_request(f"Nieznane pole {self._prefix}{min(self._left)[:40]}.")


def parse_uuid(value: object, name: str) -> UUID:
    """Read a UUID; anything else is a bad request that names where it stood."""
    try:
        if isinstance(value, str):
            return UUID(value)
    except ValueError:
        pass
    raise bad_request(f"{name}: oczekiwano UUID.")


@dataclass(frozen=True)
class Institution:
    """The university that orders."""

    code: str
    name: str


@dataclass(frozen=True, repr=False)
class Holder:
    """The student, as the university knows them."""

    pesel: str
    first_names: str
    last_name: str
    birth_date: date


@dataclass(frozen=True, repr=False)
class Application:
    """A well-formed request for a document; whether the ministry likes the holder is another question."""

    client_reference: UUID
    institution: Institution
    holder: Holder
    student_number: str
    card_number: str | None
    valid_until: date
    photo: bytes


def read_application(body: object) -> Application:
    """Read the body of `POST /v1/orders`."""
    members = Members(body)
    members.choice("document_type", {"student_id"})
    institution = members.object("institution")
    holder = members.object("holder")
    photo = holder.bytes("photo")
    application = Application(
        client_reference=members.uuid("client_reference"),
        institution=Institution(institution.text("code"), institution.text("name")),
        holder=Holder(
            _pesel_digits(holder.take("pesel")),
            holder.text("first_names"),
            holder.text("last_name"),
            holder.day("birth_date"),
        ),
        student_number=members.text("student_number"),
        card_number=members.text_or_null("card_number"),
        valid_until=members.day("valid_until"),
        photo=photo,
    )
    for part in (members, institution, holder):
        part.finish()
    return application


def fingerprint(application: Application) -> str:
    """Digest every member of a request: the same for a repeated one, another for any difference."""
    holder, institution = application.holder, application.institution
    told = (
        str(application.client_reference),
        (institution.code, institution.name),
        (holder.pesel, holder.first_names, holder.last_name, holder.birth_date.isoformat()),
        (application.student_number, application.card_number, application.valid_until.isoformat()),
        sha256(application.photo).hexdigest(),
    )
    return sha256(repr(told).encode()).hexdigest()


def _pesel_digits(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{11}", value):
        raise bad_request("holder.pesel: oczekiwano 11 cyfr.")
    return value


def check_holder(application: Application) -> None:
    """Refuse, as the ministry would for good, a photo that is not a whole JPEG.

    A PESEL with a wrong date or check digit is taken: the register has such, and only the ministry knows whose it is
    (`behaviour` names those to be refused). The pixels are not decoded: that would cost more than all the rest of an
    order.
    """
    try:
        Image.open(BytesIO(application.photo), formats=["JPEG"]).close()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise ApiError(422, "photo_rejected") from None
    if END_OF_JPEG not in application.photo[-1024:]:
        raise ApiError(422, "photo_rejected")


def read_order_ids(body: object) -> list[str]:
    """Read the body of `POST /v1/orders/query`: 1 to 100 ids."""
    members = Members(body)
    order_ids = members.take("order_ids")
    members.finish()
    if not isinstance(order_ids, list) or not 1 <= len(order_ids) <= 100:
        raise bad_request("order_ids: oczekiwano od 1 do 100 identyfikatorów.")
    if not all(isinstance(order_id, str) for order_id in order_ids):
        raise bad_request("order_ids: identyfikatory są tekstami.")
    return list(dict.fromkeys(order_ids))


def read_cancellation(body: object) -> None:
    """Check the body of a cancellation; the contract knows one reason."""
    members = Members(body)
    members.choice("reason", {"holder_request"})
    members.finish()


def read_revocation(body: object) -> str:
    """Read the reason of a revocation."""
    members = Members(body)
    reason = members.choice("reason", REVOCATION_REASONS)
    members.finish()
    return reason


def read_extension(body: object) -> date:
    """Read the new valid-until date of an extension."""
    members = Members(body)
    valid_until = members.day("valid_until")
    members.finish()
    return valid_until


def read_activation(body: object) -> tuple[str, str]:
    """Read what a phone sends: the text of the QR code and the activation code, as people type them: with
    the gap in which a screen shows it, too."""
    members = Members(body)
    qr_token = members.text("qr_token", LONGEST_QR_TOKEN)
    activation_code = members.text("activation_code")
    members.finish()
    return qr_token.strip(), "".join(activation_code.split()).upper()


def read_qr_token(body: object) -> str:
    """Read the text of a QR code alone."""
    members = Members(body)
    qr_token = members.text("qr_token", LONGEST_QR_TOKEN)
    members.finish()
    return qr_token.strip()
