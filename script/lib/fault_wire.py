"""Wire: a proxy between the portal and the sandbox that spoils answers in ways that the sandbox itself does not.

`python -m script.lib.fault_wire PORT CONTROL URL CERTIFICATE KEY CA` is a process of its own. On PORT it takes a
client only with a certificate of that CA, as mDokumenty does; on CONTROL, without TLS, `PUT /wire` takes a word of
`fault_plan.WIRES`.
"""

import asyncio
import json
import signal
import sys
from random import Random
from typing import Any

import aiohttp
from aiohttp import web

from script.lib.fault_plan import CERTIFICATE
from script.lib.fault_tls import TlsEnd

PAGE = "<html><head><title>400</title></head><body><h1>Bad Request</h1></body></html>"
_random = Random(1)  # noqa: S311
_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding", "host"}


class Wire:
    """Proxy whose `mood` is set from outside."""

    def __init__(self, url: str) -> None:
        self.url, self.mood = url, ""
        self.late: set[asyncio.Task[None]] = set()
        self.session: aiohttp.ClientSession

    async def turn(self, request: web.Request) -> web.Response:
        """Take another mood."""
        self.mood = await request.text()
        return web.Response()

    async def say(self, _request: web.Request) -> web.Response:
        """Say which mood it is in."""
        return web.Response(text=self.mood)

    async def handle(self, request: web.Request) -> web.Response:
        """Pass a call on, and its answer back, as the mood has it."""
        body, mood = await request.read(), self.mood
        if mood == CERTIFICATE:  # on a connection that was there before
            _cut(request)
        if mood == "401":
            return _problem(401, "certificate_expired")
        if mood == "400 as a page":
            return web.Response(status=400, text=PAGE, content_type="text/html")
        is_order = request.method == "POST" and request.path == "/v1/orders"
        if mood == "no number of the document" and is_order and _random.random() < 0.1:
            return _problem(409, "holder_has_document")
        status, headers, answer = await self._pass_on(request, body)
        if mood == "late copies" and is_order and _random.random() < 0.5:
            task = asyncio.create_task(self._again(request, body))
            self.late.add(task)
            task.add_done_callback(self.late.discard)
        if mood in {"missing", "unknown words"} and status in {200, 201}:
            answer = _spoilt(answer, mood)
        return web.Response(status=status, headers=headers, body=answer)

    async def _pass_on(self, request: web.Request, body: bytes) -> tuple[int, dict[str, str], bytes]:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP}
        try:
            async with self.session.request(
                request.method, f"{self.url}{request.path_qs}", data=body, headers=headers
            ) as answer:
                kept = {name: value for name, value in answer.headers.items() if name.lower() not in _HOP}
                return answer.status, kept, await answer.read()
        except (aiohttp.ClientError, OSError):
            _cut(request)
            return 502, {}, b""

    async def _again(self, request: web.Request, body: bytes) -> None:
        """Deliver a copy of a request some seconds later, as a network may."""
        await asyncio.sleep(_random.uniform(1, 5))
        await self._pass_on(request, body)


def _cut(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


def _problem(status: int, code: str) -> web.Response:
    return web.json_response({"error": {"code": code, "message": code}}, status=status)


def _spoilt(answer: bytes, mood: str) -> bytes:
    try:
        said: Any = json.loads(answer)
    except ValueError:
        return answer
    orders = said.get("orders") if isinstance(said.get("orders"), list) else [said]
    if mood == "missing" and "missing" in said:
        lost = [order for order in orders if _random.random() < 0.3]
        said["orders"] = [order for order in orders if order not in lost]
        said["missing"] += [order["order_id"] for order in lost]
    elif mood == "unknown words":
        for order in orders:
            if "status" in order and _random.random() < 0.3:
                order["status"] = "suspended"
                for name in ("qr_token", "activation_code", "codes_expire_at"):
                    order.pop(name, None)
    return json.dumps(said).encode()


async def serve(port: int, control: int, url: str, *files: str) -> None:
    """Serve until SIGTERM."""
    wire, end = Wire(url), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, end.set)
    app = web.Application(client_max_size=16 * 1024 * 1024)
    app.router.add_put("/wire", wire.turn)
    app.router.add_get("/wire", wire.say)
    app.router.add_route("*", "/{path:.*}", wire.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    async with aiohttp.ClientSession() as wire.session:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", control).start()
        TlsEnd(port, control, files, lambda: wire.mood == CERTIFICATE).start()
        await end.wait()
        await runner.cleanup()


def main() -> None:
    """Serve until SIGTERM."""
    port, control, url, *files = sys.argv[1:]
    asyncio.run(serve(int(port), int(control), url, *files))


if __name__ == "__main__":
    main()
