"""Serialization of the contract's JSON (docs/reference/mdokumenty.md): requests written, answers parsed strictly."""

import base64
import json
import logging
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from .schemas import (
    ACTIVATION_CODE_MAX_LENGTH,
    CODE_MAX_LENGTH,
    LATEST_MOMENT,
    MESSAGE_MAX_LENGTH,
    ORDER_ID_MAX_LENGTH,
    QR_TOKEN_MAX_LENGTH,
    Codes,
    OrderRequest,
    QueryAnswer,
    Rejection,
    RemoteOrder,
    RemoteStatus,
)
from .words import loggable

log = logging.getLogger(__name__)

_STATUSES = {status.value: status for status in RemoteStatus}
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ACTIVATION_CODE = re.compile(rf"[A-Za-z0-9]{{4,{ACTIVATION_CODE_MAX_LENGTH}}}")
_ORDER_ID = re.compile(rf"(?!\.{{1,2}}$)[!-~]{{1,{ORDER_ID_MAX_LENGTH}}}")


class UnreadableError(Exception):
    """Answer that does not follow the contract; the text names the member, never what it held."""


def order_body(request: OrderRequest) -> dict[str, object]:
    """Write an order. The same request always gives the same body, as its idempotency key demands."""
    holder = request.holder
    return {
        "document_type": "student_id",
        "client_reference": str(request.reference),
        "institution": {"code": request.institution.code, "name": request.institution.name},
        "holder": {
            "pesel": holder.pesel,
            "first_names": holder.first_names,
            "last_name": holder.last_name,
            "birth_date": holder.birth_date.isoformat(),
            "photo": base64.b64encode(holder.photo).decode("ascii"),
        },
        "student_number": request.student_number,
        "card_number": request.card_number,
        "valid_until": request.valid_until.isoformat(),
    }


def read_json(raw: bytes) -> object:
    """Read a body; one that is not JSON in UTF-8, with or without a byte order mark, raises UnreadableError."""
    try:
        return json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise UnreadableError("the body is not JSON") from None


def read_order(data: object) -> RemoteOrder:
    """Read an order object; one that breaks the contract raises UnreadableError."""
    order_id = read_order_id(data)
    status = read_status(data, f"Order {order_id}")
    return RemoteOrder(
        order_id=order_id,
        client_reference=_reference(data),
        status=status,
        valid_until=_date(data, "valid_until"),
        created_at=_time(data, "created_at"),
        updated_at=_time(data, "updated_at"),
        codes=_codes(data) if status is RemoteStatus.READY else None,
        rejection=_rejection(data) if status is RemoteStatus.REJECTED else None,
    )


def read_order_id(data: object) -> str:
    """Read the member `order_id`: up to 100 visible ASCII characters, as it becomes part of an address."""
    order_id = text(data, "order_id")
    if not _ORDER_ID.fullmatch(order_id):
        raise UnreadableError("order_id")
    return order_id


def read_status(data: object, owner: str) -> RemoteStatus:
    """Read the member `status`; one that the contract does not list is UNKNOWN, and loud in the log."""
    name = text(data, "status")
    status = _STATUSES.get(name, RemoteStatus.UNKNOWN)
    if status is RemoteStatus.UNKNOWN:
        log.error("%s has a status that the contract does not list: %s", owner, loggable(name))
    return status


def read_query(data: object, asked: Sequence[str]) -> QueryAnswer:
    """Read an answer about the orders `asked`; what is unreadable or not asked for is left out and logged."""
    orders: dict[str, RemoteOrder] = {}
    for item in _members(data, "orders"):
        try:
            order = read_order(item)
        except UnreadableError as error:
            log.error("An order in the answer is left out: unreadable %s", error)
            continue
        if order.order_id not in asked:
            log.error("Order %s in the answer is left out: it was not asked for", order.order_id)
        elif order.order_id not in orders or orders[order.order_id].updated_at < order.updated_at:
            orders[order.order_id] = order
    missing = frozenset(item for item in _members(data, "missing") if isinstance(item, str))
    return QueryAnswer(tuple(orders.values()), missing & frozenset(asked) - orders.keys())


def read_found(data: object, reference: UUID) -> RemoteOrder | None:
    """Read the newest order with this reference; None only if mDokumenty says that there is none."""
    items = _members(data, "orders")
    orders = []
    for item in items:
        try:
            orders.append(expect_reference(read_order(item), reference))
        except UnreadableError as error:
            log.error("An order found by reference %s is left out: unreadable %s", reference, error)
    if items and not orders:
        raise UnreadableError("orders")
    if len({order.order_id for order in orders}) > 1:
        log.error("mDokumenty has more than one order with the reference %s", reference)
    return max(orders, key=lambda order: order.updated_at, default=None)


def expect_reference(order: RemoteOrder, reference: UUID) -> RemoteOrder:
    """Return the order if it is the one with this reference, else raise UnreadableError."""
    if order.client_reference != reference:
        raise UnreadableError("client_reference")
    return order


def expect_id(order: RemoteOrder, order_id: str) -> RemoteOrder:
    """Return the order if it is the one with this id, else raise UnreadableError."""
    if order.order_id != order_id:
        raise UnreadableError("order_id")
    return order


def member(data: object, name: str) -> object:
    """Return a member of a JSON object, else raise UnreadableError."""
    if not isinstance(data, dict) or name not in data:
        raise UnreadableError(name)
    return data[name]


def text(data: object, name: str) -> str:
    """Return a member that is a text which a database can hold (no NUL, no lone surrogate), and not empty."""
    value = member(data, name)
    if not isinstance(value, str) or not value or "\0" in value or not _is_unicode(value):
        raise UnreadableError(name)
    return value


def words(data: object, name: str, length: int) -> str:
    """Return a member that is text for people: cut to `length`, on one line, without control characters."""
    value = member(data, name)
    if not isinstance(value, str):
        raise UnreadableError(name)
    return "".join(c if c.isprintable() else " " for c in value[:length]).strip()


def code(data: object) -> str:
    """Return the member `code`, cut to 64 characters."""
    value = words(data, "code", CODE_MAX_LENGTH)
    if not value:
        raise UnreadableError("code")
    return value


def message(data: object) -> str:
    """Return the member `message`, cut to 500 characters."""
    return words(data, "message", MESSAGE_MAX_LENGTH)


def _is_unicode(value: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in value)


def _members(data: object, name: str) -> list[object]:
    value = member(data, name)
    if not isinstance(value, list):
        raise UnreadableError(name)
    return value


def _reference(data: object) -> UUID:
    value = text(data, "client_reference")
    try:
        return UUID(value)
    except ValueError:
        raise UnreadableError("client_reference") from None


def _date(data: object, name: str) -> date:
    value = text(data, name)
    try:
        if _DATE.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise UnreadableError(name)


def _time(data: object, name: str) -> datetime:
    value = text(data, name)
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        raise UnreadableError(name) from None
    if time.utcoffset() != timedelta(0):
        raise UnreadableError(name)
    return min(time.astimezone(UTC), LATEST_MOMENT)


def _codes(data: object) -> Codes:
    qr_token = text(data, "qr_token")
    if len(qr_token) > QR_TOKEN_MAX_LENGTH:
        raise UnreadableError("qr_token")
    activation_code = text(data, "activation_code")
    if not _ACTIVATION_CODE.fullmatch(activation_code):
        raise UnreadableError("activation_code")
    return Codes(qr_token, activation_code, _time(data, "codes_expire_at"))


def _rejection(data: object) -> Rejection:
    rejection = member(data, "rejection")
    return Rejection(code(rejection), message(rejection))
