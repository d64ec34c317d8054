"""Routes of the contract, `/v1/…` (docs/reference/mdokumenty.md, Operations)."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from mdocs.sandbox.errors import bad_request
from mdocs.sandbox.faults import STALE
from mdocs.sandbox.http import MINISTRY, read_json
from mdocs.sandbox.ministry import clock
from mdocs.sandbox.orders import Order
from mdocs.sandbox.validation import (
    parse_uuid,
    read_application,
    read_cancellation,
    read_extension,
    read_order_ids,
    read_revocation,
)

routes = web.RouteTableDef()


def _answer(order: Order, status: int = 200) -> web.Response:
    return web.json_response(order.as_json(), status=status)


def _seen(request: web.Request, order: Order) -> dict[str, Any]:
    """Return the order object that a question is answered with: under the fault `stale`, an older one."""
    if STALE not in request or len(order.versions) == 1:
        return order.as_json()
    dice = request.app[MINISTRY].ledger.dice
    return order.as_json(order.versions[dice.index("age", len(order.versions) - 1)])


@routes.post("/v1/orders")
async def submit(request: web.Request) -> web.Response:
    """Order a document."""
    key = parse_uuid(request.headers.get("Idempotency-Key"), "Idempotency-Key")
    application = read_application(await read_json(request))
    if application.client_reference != key:
        raise bad_request("Idempotency-Key: oczekiwano tego samego UUID co w client_reference.")
    order, is_new = request.app[MINISTRY].submit(application)
    return _answer(order, status=201 if is_new else 200)


@routes.post("/v1/orders/query")
async def query(request: web.Request) -> web.Response:
    """Tell how up to 100 orders are, not in the sequence of the question, because none is promised."""
    order_ids = read_order_ids(await read_json(request))
    ledger, now = request.app[MINISTRY].ledger, clock()
    found = {order_id: ledger.find(order_id, now) for order_id in reversed(order_ids)}
    return web.json_response(
        {
            "orders": [_seen(request, order) for order in found.values() if order],
            "missing": [order_id for order_id, order in found.items() if not order],
        }
    )


@routes.get("/v1/orders")
async def find(request: web.Request) -> web.Response:
    """Tell whether an order arrived."""
    reference = parse_uuid(request.query.get("client_reference"), "client_reference")
    order = request.app[MINISTRY].ledger.find_reference(reference, clock())
    return web.json_response({"orders": [_seen(request, order)] if order else []})


@routes.post("/v1/orders/{order_id}/cancel")
async def cancel(request: web.Request) -> web.Response:
    """Cancel an order before its document is collected."""
    read_cancellation(await read_json(request))
    return _answer(request.app[MINISTRY].ledger.cancel(request.match_info["order_id"], clock()))


@routes.post("/v1/orders/{order_id}/revoke")
async def revoke(request: web.Request) -> web.Response:
    """End a document."""
    read_revocation(await read_json(request))
    return _answer(request.app[MINISTRY].ledger.revoke(request.match_info["order_id"], clock()))


@routes.post("/v1/orders/{order_id}/extend")
async def extend(request: web.Request) -> web.Response:
    """Give a document a later valid-until date."""
    valid_until = read_extension(await read_json(request))
    return _answer(request.app[MINISTRY].ledger.extend(request.match_info["order_id"], valid_until, clock()))


@routes.get("/v1/health")
async def health(request: web.Request) -> web.Response:
    """Say that all is well; an outage is answered before this is reached."""
    return web.json_response({"status": "ok"})
