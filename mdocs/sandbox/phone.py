"""Apps that people hold: mObywatel, which shows their documents, mWeryfikator, which checks them, and a camera."""

from __future__ import annotations

import base64
from datetime import datetime
from io import BytesIO
from typing import Any

import zxingcpp
from PIL import Image, ImageOps

from mdocs.sandbox.errors import ApiError, message
from mdocs.sandbox.ministry import Ministry, clock
from mdocs.sandbox.orders import Deed, DeedKind, Order, Status

QR_CODES = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
WHY_NOT = {
    Status.READY: "not_collected_yet",
    Status.EXPIRED: "codes_expired",
    Status.CANCELLED: "document_cancelled",
    Status.REVOKED: "document_revoked",
}


async def activate(ministry: Ministry, qr_token: str, activation_code: str) -> dict[str, Any]:
    """Bring a document onto the phone and return it; raises what `Ledger.activate` raises."""
    now = clock()
    try:
        order = ministry.ledger.activate(qr_token, activation_code, now)
    except ApiError as error:
        if known := ministry.ledger.find_qr_token(qr_token, now):
            ministry.ledger.note(known, Deed("activation", error.code, now))
        raise
    ministry.ledger.note(order, Deed("activation", None, now))
    return await _document(ministry, order)


async def verify(ministry: Ministry, qr_token: str, kind: DeedKind = "inspection") -> dict[str, Any]:
    """Return whether the document of a QR code is valid, the reason if not, and its holder if there is one.

    `kind` says who looks: an inspector, or the holder at their own phone.
    """
    now = clock()
    order = ministry.ledger.find_qr_token(qr_token, now)
    why_not = why_not_valid(order, now)
    verdict = {"valid": why_not is None, "reason": why_not, "message": message(why_not) if why_not else None}
    if order is None:
        return verdict
    ministry.ledger.note(order, Deed(kind, why_not, now))
    return verdict | await _document(ministry, order)


def why_not_valid(order: Order | None, now: datetime) -> str | None:
    """Return the code of the reason why an inspector must not accept a document, or None if it is valid."""
    if order is None:
        return "document_unknown"
    if order.status is not Status.COLLECTED:
        return WHY_NOT[order.status]
    return "document_lapsed" if order.lapsed(now) else None


async def _document(ministry: Ministry, order: Order) -> dict[str, Any]:
    shown = {
        "first_names": order.holder.first_names,
        "last_name": order.holder.last_name,
        "birth_date": order.holder.birth_date.isoformat(),
        "album_number": order.student_number,
        "institution": {"code": order.institution.code, "name": order.institution.name},
        "valid_until": order.valid_until.isoformat(),
        "status": order.status,
    }
    return shown | {"photo": base64.b64encode(await ministry.photo(order)).decode()}


def scan(picture: bytes) -> str:
    """Read the text of the QR code in a picture. Takes a moment: call it in a thread."""
    try:
        with Image.open(BytesIO(picture)) as image:
            upright = ImageOps.exif_transpose(image).convert("RGBA")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise ApiError(422, "not_a_picture") from None
    # A code on a transparent ground is meant to be seen on a light one.
    grey = Image.alpha_composite(Image.new("RGBA", upright.size, "white"), upright).convert("L")
    texts = {code.text for code in zxingcpp.read_barcodes(grey, formats=QR_CODES)}
    if len(texts) > 1:
        raise ApiError(422, "several_codes_in_picture")
    if not texts:
        raise ApiError(422, "no_code_in_picture")
    return texts.pop()
