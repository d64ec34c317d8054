"""Routes for tests, `/sandbox/…` (docs/reference/mdokumenty.md, The sandbox's own routes)."""

from __future__ import annotations

import asyncio

from aiohttp import web

from mdocs.sandbox import phone
from mdocs.sandbox.behaviour import Behaviour
from mdocs.sandbox.errors import bad_request
from mdocs.sandbox.http import MINISTRY, read_json
from mdocs.sandbox.ministry import clock
from mdocs.sandbox.validation import read_activation, read_qr_token

routes = web.RouteTableDef()


@routes.get("/sandbox/ledger")
async def read_ledger(request: web.Request) -> web.Response:
    """Show every order and the latest calls."""
    ministry = request.app[MINISTRY]
    return web.json_response(
        {
            "orders": [order.as_ledger_json() for order in ministry.ledger.orders(clock())],
            "calls": list(ministry.calls),
        }
    )


@routes.delete("/sandbox/ledger")
async def empty_ledger(request: web.Request) -> web.Response:
    """Forget every order and call."""
    request.app[MINISTRY].clear()
    return web.Response(status=204)


@routes.get("/sandbox/behaviour")
async def read_behaviour(request: web.Request) -> web.Response:
    """Show how the server behaves."""
    return web.json_response(request.app[MINISTRY].ledger.behaviour.as_json())


@routes.put("/sandbox/behaviour")
async def set_behaviour(request: web.Request) -> web.Response:
    """Behave in another way; members that are not named take their defaults."""
    behaviour = Behaviour.from_json(await read_json(request))
    request.app[MINISTRY].behave(behaviour)
    return web.json_response(behaviour.as_json())


@routes.post("/sandbox/phone/activate")
async def activate(request: web.Request) -> web.Response:
    """Bring a document onto the phone."""
    qr_token, activation_code = read_activation(await read_json(request))
    return web.json_response(await phone.activate(request.app[MINISTRY], qr_token, activation_code))


@routes.post("/sandbox/verify")
async def verify(request: web.Request) -> web.Response:
    """Show what an inspector sees."""
    return web.json_response(
        await phone.verify(request.app[MINISTRY], read_qr_token(await read_json(request)))
    )


@routes.post("/sandbox/scan")
async def scan(request: web.Request) -> web.Response:
    """Read the QR code in an uploaded picture."""
    picture = (await request.post()).get("picture")
    if not isinstance(picture, web.FileField):
        raise bad_request("picture: oczekiwano pliku z obrazem (multipart/form-data).")
    return web.json_response({"qr_token": await asyncio.to_thread(phone.scan, picture.file.read())})
