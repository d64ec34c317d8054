"""What a university orders and what mDokumenty answers, to be varied by the tests."""

import traceback
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from mdocs.mdokumenty import Holder, Institution, MdokumentyError, OrderRequest

REFERENCE = UUID("5f0c3f2e-8a3b-4d6a-9f6e-2b7d1c9a4e10")
ORDER_ID = "mD-2026-0000123"
PESEL = "02270803624"
LAST_NAME = "Brzęczyszczykiewicz"
QR_TOKEN = "https://mobywatel.example/q/8fJ2-token-of-the-document"
ACTIVATION_CODE = "K7QX2M9A"
SECRETS = (PESEL, LAST_NAME, "Anna Maria", QR_TOKEN, "8fJ2-token", ACTIVATION_CODE, "/9j/cGhvdG8")

Object = dict[str, Any]


def order_request(**changes: Any) -> OrderRequest:
    values: Object = {
        "reference": REFERENCE,
        "institution": Institution("AIK", "Akademia Ignatianum w Krakowie"),
        "holder": Holder(PESEL, "Anna Maria", LAST_NAME, date(2002, 7, 8), b"\xff\xd8\xffphoto"),
        "student_number": "123456",
        "card_number": "9988776655",
        "valid_until": date(2027, 3, 31),
    }
    return OrderRequest(**values | changes)


def pending(**changes: Any) -> Object:
    """Return an order object that has neither codes nor a rejection."""
    return {
        "order_id": ORDER_ID,
        "client_reference": str(REFERENCE),
        "status": "pending",
        "valid_until": "2027-03-31",
        "created_at": "2026-11-22T10:00:00Z",
        "updated_at": "2026-11-22T10:02:11Z",
    } | changes


def ready(**changes: Any) -> Object:
    """Return an order object with codes."""
    codes = {
        "qr_token": QR_TOKEN,
        "activation_code": ACTIVATION_CODE,
        "codes_expire_at": "2026-12-22T10:02:11Z",
    }
    return pending(status="ready") | codes | changes


def rejected(**changes: Any) -> Object:
    """Return an order object with a rejection, whose message is indiscreet."""
    rejection = {"code": "photo_rejected", "message": f"Zdjęcie osoby {PESEL} {LAST_NAME} jest nieostre"}
    return pending(status="rejected", rejection=rejection) | changes


def without(data: Object, *names: str) -> Object:
    return {name: value for name, value in data.items() if name not in names}


def failing(call: Callable[[], object]) -> MdokumentyError:
    """Make a call that must fail; return its error, which must not give away anything private however shown."""
    try:
        answer = call()
    except MdokumentyError as error:
        shown = f"{error!s} {error!r} {''.join(traceback.format_exception(error))}"
        assert [secret for secret in SECRETS if secret in shown] == []
        assert error.__context__ is None, "an error below may hold the request or the answer"
        return error
    raise AssertionError(f"the call was answered with {answer!r}")
