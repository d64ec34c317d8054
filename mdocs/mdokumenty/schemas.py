"""Types of the contract: requests and answers. No repr shows personal data or codes."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

ORDER_ID_MAX_LENGTH = 100
QR_TOKEN_MAX_LENGTH = 512
ACTIVATION_CODE_MAX_LENGTH = 12
CODE_MAX_LENGTH = 64
MESSAGE_MAX_LENGTH = 500
# Some write the last moment of the calendar for "without end"; it has to be one in every time zone.
LATEST_MOMENT = datetime.max.replace(tzinfo=UTC) - timedelta(days=1)


class RemoteStatus(StrEnum):
    """Status of an order in mDokumenty; UNKNOWN is a status that the contract does not list."""

    PENDING = "pending"
    PROCESSING = "processing"
    READY = "ready"
    COLLECTED = "collected"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


class RevocationReason(StrEnum):
    """Reason for ending a document."""

    HOLDER_REQUEST = "holder_request"
    CARD_NOT_EXTENDED = "card_not_extended"
    CARD_INVALIDATED = "card_invalidated"
    STUDENT_STATUS_LOST = "student_status_lost"
    HOLDER_DATA_CHANGED = "holder_data_changed"
    ISSUED_IN_ERROR = "issued_in_error"


@dataclass(frozen=True, slots=True)
class Institution:
    """The university, as its agreement with the ministry names it."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Holder:
    """Person who gets the document; `photo` is a JPEG."""

    pesel: str = field(repr=False)
    first_names: str = field(repr=False)
    last_name: str = field(repr=False)
    birth_date: date = field(repr=False)
    photo: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """An order for a document; `reference` is its public id here and its idempotency key there."""

    reference: UUID
    institution: Institution
    holder: Holder
    student_number: str = field(repr=False)
    card_number: str | None = field(repr=False)
    valid_until: date


@dataclass(frozen=True, slots=True)
class Codes:
    """Codes that put the document on a phone: the text of the QR code and the code to type after it."""

    qr_token: str = field(repr=False)
    activation_code: str = field(repr=False)
    expire_at: datetime


@dataclass(frozen=True, slots=True)
class Rejection:
    """Reason of a rejection; the message is theirs and may name the holder."""

    code: str
    message: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RemoteOrder:
    """An order as mDokumenty sees it; `codes` come with READY only, `rejection` with REJECTED only."""

    order_id: str
    client_reference: UUID
    status: RemoteStatus
    valid_until: date
    created_at: datetime
    updated_at: datetime
    codes: Codes | None = None
    rejection: Rejection | None = None


@dataclass(frozen=True, slots=True)
class QueryAnswer:
    """The orders that could be read, and the ids that mDokumenty does not know.

    An id may be in neither: what was said about it cannot be read, so nothing is known.
    """

    orders: tuple[RemoteOrder, ...]
    missing: frozenset[str]
