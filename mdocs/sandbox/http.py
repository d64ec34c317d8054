"""Helpers shared by all routes: bodies, and errors in the contract's form."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import NoReturn

from aiohttp import web

from mdocs.sandbox.errors import ApiError, bad_request
from mdocs.sandbox.exchanges import BODY
from mdocs.sandbox.languages import use
from mdocs.sandbox.ministry import Ministry

MINISTRY = web.AppKey("ministry", Ministry)
PORTAL = web.AppKey("portal", str)
LARGEST_BODY = 16 * 1024 * 1024  # bytes: a photo of 5 MB in base64, twice over

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

HTTP_CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}


async def read_json(request: web.Request) -> object:
    """Read a JSON body. Anything that is not called JSON is a 415, anything that is not JSON a 400."""
    if request.content_type != "application/json":
        raise ApiError(415, "unsupported_media_type")
    request[BODY] = await request.read()
    try:
        return json.loads(request[BODY], parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise bad_request("Treść żądania nie jest poprawnym JSON-em.") from None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)  # Python would read NaN and Infinity, which JSON does not have


def error_answer(error: ApiError) -> web.Response:
    """Answer with an error."""
    response = web.json_response(error.as_json(), status=error.status)
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


@web.middleware
async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every refusal, also those of the router, into the contract's error JSON."""
    try:
        return await handler(request)
    except ApiError as error:
        return error_answer(error)
    except web.HTTPClientError as error:
        response = error_answer(ApiError(error.status, HTTP_CODES.get(error.status, "bad_request")))
        if "Allow" in error.headers:
            response.headers["Allow"] = error.headers["Allow"]
        return response


@web.middleware
async def in_language(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer in the reader's language."""
    use(request)
    return await handler(request)


@web.middleware
async def durable(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let no answer leave before what it tells is stored."""
    response = await handler(request)
    await request.app[MINISTRY].saved()
    return response


@web.middleware
async def own_site(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what a foreign page makes a visitor's browser send here."""
    if request.method not in ("GET", "HEAD") and request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise ApiError(403, "cross_site")
    return await handler(request)


@web.middleware
async def private(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Keep answers with personal data and codes out of caches, and let a page load nothing from elsewhere."""
    response = await handler(request)
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
