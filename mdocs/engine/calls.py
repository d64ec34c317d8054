"""Calls: which call to mDokumenty the state of an order asks for, and what is sent with it."""

import json
from collections.abc import Callable
from datetime import date
from uuid import UUID

from django.conf import settings

from mdocs import mdokumenty as md
from mdocs.engine.gateway import Gateway
from mdocs.models import Order
from mdocs.statuses import Operation, contract_reason

Call = Callable[[], md.RemoteOrder]


def call_for(order: Order, gateway: Gateway) -> Call:
    """Return the one call that the order's state asks for; all that it sends has been read.

    Raises OSError where the photo cannot be read, ValueError or KeyError where the holder's data cannot.
    """
    known = order.mdokumenty_id
    match order.operation:
        case Operation.REVOKE if order.ends_earlier_first:
            return lambda: _end_document(gateway, order.blocked_by, md.RevocationReason.HOLDER_REQUEST)
        case Operation.REVOKE if known:
            told = md.RevocationReason(contract_reason(order.revocation_reason))
            return lambda: _end_document(gateway, known, told)
        case Operation.CANCEL if known:
            return lambda: gateway.cancel(known)
        case Operation.SUBMIT:
            request = request_for(order)
            return lambda: _submit(gateway, request)
        case Operation.EXTEND if known and order.extend_to:
            until = order.extend_to
            return lambda: _extend(gateway, known, order.pk, until)
    raise AssertionError(f"nothing to send for an order that is {order.status}")


def request_for(order: Order) -> md.OrderRequest:
    """Return what is sent to order a document: what was frozen when the order was placed.

    Raises ValueError where the order has no photo, or its holder cannot be read.
    """
    holder = json.loads(order.holder or "")
    if order.photo is None:
        raise ValueError("the order has no photo")
    return md.OrderRequest(
        reference=order.pk,
        institution=md.Institution(code=settings.INSTITUTION_CODE, name=settings.INSTITUTION_NAME),
        holder=md.Holder(
            pesel=holder["pesel"],
            first_names=holder["first_names"],
            last_name=holder["last_name"],
            birth_date=date.fromisoformat(holder["birth_date"]),
            photo=order.photo.read(),
        ),
        student_number=order.album_number,
        card_number=order.card_number or None,
        valid_until=order.valid_until,
    )


def _submit(gateway: Gateway, request: md.OrderRequest) -> md.RemoteOrder:
    try:
        return gateway.submit(request)
    except md.IdempotencyConflict:
        # Our key is there with another body, so an order of ours did arrive: go on with that one.
        try:
            found = gateway.find(request.reference)
        except md.MdokumentyError as error:
            # That the question failed does not mean that nothing was sent.
            raise md.OutcomeUnknown(why=f"after a conflict: {error}") from None
        if found is None:
            raise
        return found


def find(gateway: Gateway, reference: UUID) -> md.RemoteOrder:
    """Ask for the order with this reference. Raises OrderUnknown where mDokumenty has none."""
    found = gateway.find(reference)
    if found is None:
        raise md.OrderUnknown
    return found


def _extend(gateway: Gateway, order_id: str, reference: UUID, until: date) -> md.RemoteOrder:
    try:
        return gateway.extend(order_id, until)
    except md.NotCollected:
        # It is not what we take it for: learn what it has become.
        found = gateway.find(reference)
        if found is None:
            raise
        return found


def _end_document(gateway: Gateway, order_id: str, reason: md.RevocationReason) -> md.RemoteOrder:
    try:
        return gateway.revoke(order_id, reason)
    except md.NotIssued:
        return gateway.cancel(order_id)
