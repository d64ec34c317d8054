"""Concurrent HTTP POSTs to one recipient."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import aiohttp

from mdocs.mdokumenty.failures import read_retry_after

REQUEST_SECONDS = 10.0  # timeout of a whole request, also of a response that drips
START_SECONDS = 3.0  # after which no request is started
_LATER = {408, 425, 429}  # 4xx that are about the moment: RFC 9110, 15.5.9; RFC 8470, 5.2; RFC 6585, 4
_MAX_BODY = (
    16 * 1024
)  # bytes read of a response; the content does not matter, but a read connection is reused


@dataclass(frozen=True)
class PostRequest:
    """Address, headers and body of a POST."""

    url: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True)
class PostResponse:
    """Response to a POST: its status, None without a response."""

    status: int | None
    retry_after: timedelta | None = None

    @property
    def accepted(self) -> bool:
        """Return True for a 2xx status."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def unavailable(self) -> bool:
        """Return True where the server rather than the request is at fault: no response, 5xx, 408, 425 or 429."""
        return self.status is None or self.status >= 500 or self.status in _LATER


Batch = Sequence[PostRequest]  # to one recipient


def post(batch: Batch, *, concurrency: int) -> list[PostResponse | None]:
    """POST a batch, up to `concurrency` requests at a time.

    Returns the responses, None for requests that were not sent: once a recipient is unavailable, or after
    START_SECONDS, no further request is started. Redirects are not followed. Takes at most START_SECONDS +
    REQUEST_SECONDS.
    """
    return asyncio.run(_post(batch, concurrency))


async def _post(batch: Batch, concurrency: int) -> list[PostResponse | None]:
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0),
        timeout=aiohttp.ClientTimeout(total=REQUEST_SECONDS),
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=True,  # a university's servers may reach the world through a proxy only
    ) as session:
        return await _post_batch(session, batch, concurrency)


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
    try:
        async with session.post(
            request.url, data=request.body, headers=request.headers, allow_redirects=False
        ) as response:
            await response.content.read(_MAX_BODY)
            return PostResponse(response.status, read_retry_after(response.headers.get("Retry-After")))
    except (aiohttp.ClientError, TimeoutError, ValueError):  # ValueError: a name that cannot be one of a host
        return PostResponse(None)
