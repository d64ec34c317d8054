"""POSTs of many messages side by side. A recipient who does not answer keeps nobody else's waiting."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import aiohttp

from mdocs.mdokumenty.failures import read_retry_after

SECONDS_FOR_ONE = 10.0  # as a whole: a server that drips does not hold us longer
SECONDS_FOR_ALL = 3.0  # after which none is begun
_READ_OF_AN_ANSWER = 16 * 1024  # bytes; nothing in it matters, but a connection that was read is used again


@dataclass(frozen=True)
class PostRequest:
    """What is POSTed where."""

    url: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True)
class PostResponse:
    """What came back: the status, None where nothing did."""

    status: int | None
    retry_after: timedelta | None = None

    @property
    def arrived(self) -> bool:
        """Tell whether it was taken."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_away(self) -> bool:
        """Tell whether this is about the server rather than about what it was sent."""
        return self.status is None or self.status >= 500 or self.status == 429


Bundle = Sequence[PostRequest]  # for one recipient


def post(bundles: Sequence[Bundle], *, at_once: int) -> list[list[PostResponse | None]]:
    """POST all, up to `at_once` side by side to each recipient; return the answers, None for what was not tried.

    Redirects are not followed. Once a recipient is away, nothing more is begun for that one. Takes at most
    SECONDS_FOR_ALL + SECONDS_FOR_ONE.
    """
    return asyncio.run(_post(bundles, at_once))


async def _post(bundles: Sequence[Bundle], at_once: int) -> list[list[PostResponse | None]]:
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0),
        timeout=aiohttp.ClientTimeout(total=SECONDS_FOR_ONE),
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=True,  # a university's servers may reach the world through a proxy only
    ) as session:
        return await asyncio.gather(*(_post_bundle(session, bundle, at_once) for bundle in bundles))


async def _post_bundle(
    session: aiohttp.ClientSession, bundle: Bundle, at_once: int
) -> list[PostResponse | None]:
    answers: list[PostResponse | None] = [None] * len(bundle)
    left = iter(enumerate(bundle))
    clock = asyncio.get_running_loop().time
    end = clock() + SECONDS_FOR_ALL
    is_away = False

    async def carry() -> None:
        nonlocal is_away
        for number, parcel in left:  # each takes the next that nobody has taken
            if is_away or clock() >= end:
                return
            answer = answers[number] = await _post_one(session, parcel)
            is_away = is_away or answer.is_away

    await asyncio.gather(*(carry() for _ in range(at_once)))
    return answers


async def _post_one(session: aiohttp.ClientSession, parcel: PostRequest) -> PostResponse:
    try:
        async with session.post(
            parcel.url, data=parcel.body, headers=parcel.headers, allow_redirects=False
        ) as answer:
            await answer.content.read(_READ_OF_AN_ANSWER)
            return PostResponse(answer.status, read_retry_after(answer.headers.get("Retry-After")))
    except (aiohttp.ClientError, TimeoutError, ValueError):  # ValueError: a name that cannot be one of a host
        return PostResponse(None)
