"""Exchange: what a call asked and what it was answered, as people may see it.

It holds no PESEL, no codes and no photo, and has a largest size: 10,000 of them are kept, whatever is sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, TypedDict

from aiohttp import web

BODY = web.RequestKey("body", bytes)  # of a request, as it came, once it is read
EXCHANGES_KEPT = 10_000
LONGEST_BODY = 8_000  # characters of indented JSON
LONGEST_TEXT = 300  # characters
MOST_MEMBERS = 20  # of one list or object
DEEPEST = 8  # levels
MOST_ORDERS = 100  # as many as a question may name

HIDDEN = {"pesel": "•••••••••••", "activation_code": "••••••", "qr_token": "•••"}
PESEL = re.compile(r"\b\d{11}\b", re.ASCII)
REQUEST_HEADERS = ("Content-Type", "Content-Length", "Idempotency-Key", "X-Request-Id", "User-Agent")
ANSWER_HEADERS = ("Content-Type", "Retry-After", "Allow", "X-Request-Id")


class Exchange(TypedDict):
    """Request and answer of one call. A body is indented JSON or a text; null where there was none."""

    query: str
    request_headers: dict[str, str]
    request: str | None
    answer_headers: dict[str, str]
    answer: str | None
    order_ids: list[str]


def exchange(
    request: web.Request, answer: web.StreamResponse | None, done: web.StreamResponse | None
) -> Exchange:
    """Return what may be seen of a call. `done` is the answer of the work, which a fault may have kept back."""
    asked, answered = _read(request.get(BODY)), _read(_body(answer))
    worked = answered if done is answer else _read(_body(done))
    named = {request.match_info.get("order_id"), *_named(asked), *_named(worked)}
    return {
        "query": _text(request.query_string),
        "request_headers": _headers(request.headers, REQUEST_HEADERS),
        "request": _shown(asked),
        "answer_headers": _headers(answer.headers, ANSWER_HEADERS) if answer is not None else {},
        "answer": _shown(answered),
        "order_ids": sorted(name for name in named if name)[:MOST_ORDERS],
    }


def _body(answer: web.StreamResponse | None) -> bytes | None:
    body = answer.body if isinstance(answer, web.Response) else None
    return body if isinstance(body, bytes) else None


def _headers(headers: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    return {name: _text(headers[name]) for name in names if name in headers}


def _read(body: bytes | None) -> object:
    """Return the JSON of a body, the bytes of what is none, and None for an empty one."""
    if not body:
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body


def _named(body: object) -> Iterator[str]:
    """Yield the ids of the orders that a request or an answer is about."""
    if not isinstance(body, dict):
        return
    parts = [body, body.get("error"), *_list(body.get("orders"))]
    names = [part.get("order_id") for part in parts if isinstance(part, dict)]
    names += [*_list(body.get("order_ids")), *_list(body.get("missing"))]
    # An id has no space in it, and the store tells ids apart by spaces.
    yield from (name for name in names if isinstance(name, str) and re.fullmatch(r"[\w-]{1,40}", name))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _shown(body: object) -> str | None:
    if body is None:
        return None
    if isinstance(body, bytes):
        return _text(body[: 4 * LONGEST_TEXT].decode("utf-8", "replace"))
    return _cut(json.dumps(_reduced(body), ensure_ascii=False, indent=2), LONGEST_BODY)


def _reduced(value: object, name: str = "", depth: int = 0) -> object:
    if value is None or isinstance(value, bool):
        return value
    if name in HIDDEN:
        return HIDDEN[name]
    if isinstance(value, int | float):
        return HIDDEN["pesel"] if PESEL.fullmatch(str(value)) else value
    if isinstance(value, str):
        if name == "photo":
            return f"(zdjęcie, bajtów: {len(value) * 3 // 4 - value[-2:].count('=')})"
        return _text(value)
    if depth == DEEPEST:
        return "…"
    if isinstance(value, dict):
        members = list(value.items())
        few = {_text(key): _reduced(part, key, depth + 1) for key, part in members[:MOST_MEMBERS]}
        more = len(members) - MOST_MEMBERS
        return few | {"…": f"(jeszcze {more})"} if more > 0 else few
    parts = _list(value)
    more = len(parts) - MOST_MEMBERS
    return [
        *(_reduced(part, name, depth + 1) for part in parts[:MOST_MEMBERS]),
        *([f"(jeszcze {more})"] if more > 0 else []),
    ]


def _text(text: str) -> str:
    # A PESEL across the end is masked whole before it is cut; half a surrogate pair has no place on a page.
    start = text[: LONGEST_TEXT + len(HIDDEN["pesel"])].encode("utf-8", "replace").decode()
    return _cut(PESEL.sub(HIDDEN["pesel"], start), LONGEST_TEXT)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[:length]}…"
