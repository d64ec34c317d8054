"""Troubles on the way: what every call meets while the behaviour names one, as behind a proxy that refuses us."""

from __future__ import annotations

import gzip
import json
from typing import Any

from aiohttp import web

from mdocs.sandbox.errors import ApiError
from mdocs.sandbox.exchanges import BODY
from mdocs.sandbox.http import Handler, error_answer

_PAGES = {
    "proxy_400": "400 No required SSL certificate was sent",
    "proxy_403": "403 Forbidden",
    "proxy_404": "404 Not Found",
    "proxy_413": "413 Request Entity Too Large",
    "proxy_502": "502 Bad Gateway",
}
_ERRORS = {
    "error_400": ApiError(400, "bad_request"),
    "error_401": ApiError(401, "certificate_unknown"),
    "error_403": ApiError(403, "institution_not_authorised"),
    "error_404": ApiError(404, "not_found"),
}


async def meet(request: web.Request, handler: Handler, trouble: str) -> web.StreamResponse:
    """Answer a call as this trouble has it.

    `missing`: questions by number are answered as by a copy that lags. `unnamed_409`: of an earlier document whose
    order is not named. `packed`: compressed, with a byte order mark.
    """
    if trouble in _PAGES:
        request[BODY] = await request.read()
        return _page(_PAGES[trouble])
    if trouble in _ERRORS:
        request[BODY] = await request.read()
        return error_answer(_ERRORS[trouble])
    if trouble == "unnamed_409" and (request.method, request.path) == ("POST", "/v1/orders"):
        request[BODY] = await request.read()
        return error_answer(ApiError(409, "holder_has_document"))
    response = await handler(request)
    if trouble == "missing" and (request.method, request.path) == ("POST", "/v1/orders/query"):
        return _all_missing(response)
    return _packed(response) if trouble == "packed" else response


def _page(title: str) -> web.Response:
    text = f"<html><head><title>{title}</title></head><body><h1>{title}</h1><hr>nginx</body></html>"
    status = int(title.split()[0])
    return web.Response(
        text=text, status=status, content_type="text/html", headers={"Server": "nginx/1.24.0"}
    )


def _all_missing(response: web.StreamResponse) -> web.StreamResponse:
    answer = _json(response)
    if not isinstance(answer, dict) or "orders" not in answer:
        return response
    known = [order["order_id"] for order in answer["orders"]]
    return web.json_response({"orders": [], "missing": [*answer["missing"], *known]})


def _packed(response: web.StreamResponse) -> web.StreamResponse:
    if not isinstance(response, web.Response) or not isinstance(response.body, bytes):
        return response
    return web.Response(
        body=gzip.compress(b"\xef\xbb\xbf" + response.body),
        status=response.status,
        content_type="application/json",
        headers={"Content-Encoding": "gzip"},
    )


def _json(response: web.StreamResponse) -> Any:
    return json.loads(response.text or "null") if isinstance(response, web.Response) else None
