"""Fault injection on the way to the contract's API and back, and the record of every call."""

from __future__ import annotations

import asyncio
import socket
import struct

from aiohttp import web

from mdocs.sandbox.calls import Call
from mdocs.sandbox.errors import ApiError, bad_request
from mdocs.sandbox.exchanges import BODY, exchange
from mdocs.sandbox.http import MINISTRY, Handler, error_answer
from mdocs.sandbox.ministry import Ministry, clock
from mdocs.sandbox.orders import timestamp
from mdocs.sandbox.troubles import meet
from mdocs.sandbox.validation import parse_uuid

STALE = web.RequestKey("stale", bool)
DONE = web.RequestKey("done", web.StreamResponse)  # the answer of the work, before a fault
RETRY_AFTER = 1  # seconds

INSTEAD_OF_THE_WORK = {
    "error_500": ApiError(500, "internal_error"),
    "unavailable_503": ApiError(503, "unavailable", retry_after=RETRY_AFTER),
    "throttle_429": ApiError(429, "too_many_requests", retry_after=RETRY_AFTER),
    "outage": ApiError(503, "unavailable"),
}
QUESTIONS = {("POST", "/v1/orders/query"), ("GET", "/v1/orders")}


@web.middleware
async def faults(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer a call to the wire, well or badly, and write it into the list of calls."""
    if not request.path.startswith("/v1/"):
        return await handler(request)
    ministry = request.app[MINISTRY]
    fault, at = _draw(ministry, request), timestamp(clock())
    latency = ministry.ledger.behaviour.latency_seconds.at(ministry.ledger.dice.fraction("latency"))
    hang = ministry.ledger.behaviour.hang_seconds if fault == "hang" else 0
    trouble = ministry.ledger.behaviour.trouble
    if trouble and fault is None:
        fault = trouble
        response: web.StreamResponse | None = await meet(request, handler, trouble)
    else:
        response = await _work(request, handler, fault)
    call = Call(
        number=ministry.calls.next_number(),
        at=at,
        method=request.method,
        path=request.path,
        idempotency_key=request.headers.get("Idempotency-Key"),
        request_id=request.headers.get("X-Request-Id"),
        status=None if response is None else response.status,
        fault=fault,
    )
    ministry.calls.add(call, exchange(request, response, request.get(DONE)))
    if fault == "refuse":
        return _cut(request, reset=True)
    await asyncio.sleep(latency + hang)
    return _cut(request, reset=False) if response is None else response


def _draw(ministry: Ministry, request: web.Request) -> str | None:
    behaviour = ministry.ledger.behaviour
    if behaviour.outage:
        return "outage"
    fault = ministry.ledger.dice.fault(behaviour.faults)
    if fault == "stale" and (request.method, request.path) not in QUESTIONS:
        return None
    return fault


async def _work(request: web.Request, handler: Handler, fault: str | None) -> web.StreamResponse | None:
    """Do the work, unless the fault comes before it. None stands for a connection that is to be cut."""
    if fault == "refuse":
        # Else a client that is still writing takes the reset for an ordinary end of the connection.
        request[BODY] = await request.read()
        return None
    if fault in INSTEAD_OF_THE_WORK:
        request[BODY] = await request.read()
        return error_answer(INSTEAD_OF_THE_WORK[fault])
    if fault == "drop_before":
        request[BODY] = await request.read()
        return None
    if fault == "stale":
        request[STALE] = True
    response = request[DONE] = await handler(request)
    if fault == "drop_after":
        return None
    if fault == "garbage":
        return web.Response(
            text="<html><body>Trwają prace konserwacyjne</body></html>", content_type="text/html"
        )
    return response


def _cut(request: web.Request, *, reset: bool) -> web.Response:
    """Cut the connection. A reset without lingering is as near to a refused connection as a listener gets."""
    transport = request.transport
    if transport is not None:
        connection = transport.get_extra_info("socket")
        if reset and connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response()  # aiohttp wants an answer, and finds that it has nowhere to send it


@web.middleware
async def request_id(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Insist on the X-Request-Id that the contract demands of every call, and send it back."""
    if not request.path.startswith("/v1/"):
        return await handler(request)
    if "X-Request-Id" not in request.headers:
        raise bad_request("Brakuje nagłówka X-Request-Id.")
    given = parse_uuid(request.headers["X-Request-Id"], "X-Request-Id")
    response = await handler(request)
    response.headers["X-Request-Id"] = str(given)
    return response
