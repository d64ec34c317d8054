"""Concurrent HTTP POSTs to one recipient."""

import asyncio
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp

from mdocs.mdokumenty.failures import read_retry_after

REQUEST_SECONDS = 10.0  # timeout of a whole request, also of a response that drips
START_SECONDS = 3.0  # after which no request is started
_LATER = {408, 425, 429}  # 4xx that are about the moment: RFC 9110, 15.5.9; RFC 8470, 5.2; RFC 6585, 4
# Bytes read of a response; the content does not matter, but a read connection is reused.
_MAX_BODY = 16 * 1024
_MAX_SHOWN = 2 * 1024  # bytes of a response that are kept as text


@dataclass(frozen=True)
class PostRequest:
    """Address, headers and body of a POST."""

    url: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True)
class PostResponse:
    """Response to a POST: its status, None without a response.

    `text` is the beginning of what was answered, or the name of the error without a response.
    """

    status: int | None
    retry_after: timedelta | None = None
    seconds: float = 0.0
    text: str = ""

    @property
    def accepted(self) -> bool:
        """Return True for a 2xx status."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def unavailable(self) -> bool:
        """Return True where the server rather than the request is at fault: no response, 5xx, 408, 425 or 429."""
        return self.status is None or self.status >= 500 or self.status in _LATER


class AddressNotAllowed(OSError):
    """The name of a recipient resolves to an address that may not be connected to."""


Batch = Sequence[PostRequest]  # to one recipient
Guard = Callable[[str], bool]  # whether an IP address may be connected to


def post(batch: Batch, *, concurrency: int, guard: Guard | None = None) -> list[PostResponse | None]:
    """POST a batch, up to `concurrency` requests at a time, to addresses that `guard` allows.

    Returns the responses, None for requests that were not sent: once a recipient is unavailable, or after
    START_SECONDS, no further request is started. Redirects are not followed. Takes at most START_SECONDS +
    REQUEST_SECONDS.
    """
    return asyncio.run(_post(batch, concurrency, guard))


async def _post(batch: Batch, concurrency: int, guard: Guard | None) -> list[PostResponse | None]:
    if guard is not None and _is_proxied(batch[0].url):
        # A proxy resolves the name itself: what can be known of it here is checked, and the proxy connected to.
        if not await _resolves_to_allowed(batch[0].url, guard):
            return [PostResponse(None, text=AddressNotAllowed.__name__) for _ in batch]
        guard = None
    connector = aiohttp.TCPConnector(limit=0, socket_factory=_guarded(guard) if guard else None)
    async with aiohttp.ClientSession(
        connector=connector,
        timeout=aiohttp.ClientTimeout(total=REQUEST_SECONDS),
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=True,  # a university's servers may reach the world through a proxy only
    ) as session:
        return await _post_batch(session, batch, concurrency)


def _guarded(guard: Guard) -> Callable[[Any], socket.socket]:
    """Return the maker of sockets: it is asked for each address that is tried, resolved or literal."""

    def make(info: Any) -> socket.socket:
        family, kind, protocol, _name, address = info
        if not guard(str(address[0])):
            raise AddressNotAllowed(f"{address[0]} may not be connected to")
        return socket.socket(family, kind, protocol)

    return make


def _is_proxied(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in getproxies() and not proxy_bypass(parts.hostname or "")


async def _resolves_to_allowed(url: str, guard: Guard) -> bool:
    """Return whether every address of the host is allowed; a name that only the proxy knows is left to it."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(urlsplit(url).hostname, None)
    except OSError:
        return True
    return all(guard(str(address[0])) for *_rest, address in found)


async def _post_batch(
    session: aiohttp.ClientSession, batch: Batch, concurrency: int
) -> list[PostResponse | None]:
    responses: list[PostResponse | None] = [None] * len(batch)
    remaining = iter(enumerate(batch))
    clock = asyncio.get_running_loop().time
    end = clock() + START_SECONDS
    unavailable = False

    async def send_remaining() -> None:
        nonlocal unavailable
        for number, request in remaining:  # shared: each request is taken once
            if unavailable or clock() >= end:
                return
            response = responses[number] = await _post_one(session, request)
            unavailable = unavailable or response.unavailable

    await asyncio.gather(*(send_remaining() for _ in range(concurrency)))
    return responses


async def _post_one(session: aiohttp.ClientSession, request: PostRequest) -> PostResponse:
    clock = asyncio.get_running_loop().time
    begun = clock()
    try:
        async with session.post(
            request.url, data=request.body, headers=request.headers, allow_redirects=False
        ) as response:
            answer = await response.content.read(_MAX_BODY)
            retry_after = read_retry_after(response.headers.get("Retry-After"))
            return PostResponse(response.status, retry_after, clock() - begun, _readable(answer))
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        # ValueError: a name that cannot be one of a host
        refused = isinstance(error, aiohttp.ClientConnectorError) and _was_not_allowed(error.os_error)
        name = AddressNotAllowed.__name__ if refused else type(error).__name__
        return PostResponse(None, None, clock() - begun, name)


def _was_not_allowed(error: BaseException) -> bool:
    # Where several addresses were tried, their errors are joined into one text.
    return isinstance(error, AddressNotAllowed) or "may not be connected to" in str(error)


def _readable(answer: bytes) -> str:
    """Return the beginning of an answer as text without control characters."""
    text = answer[:_MAX_SHOWN].decode(errors="replace")
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()
