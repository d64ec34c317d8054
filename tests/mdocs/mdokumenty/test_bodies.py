"""Bodies as proxies and other servers write them: with a byte order mark, compressed though nobody asked, too large."""

import gzip
import json
import zlib
from collections.abc import Callable

import pytest
from pytest_httpserver import HTTPServer

from mdocs.mdokumenty import Cause, ForeignRefusal, Mdokumenty, MdokumentyError, OutcomeUnknown, Refused
from mdocs.mdokumenty.client import ANSWER_MAX_BYTES

from .examples import REFERENCE, failing, order_request, pending

PENDING = json.dumps(pending()).encode()
REFUSAL = json.dumps({"error": {"code": "photo_rejected", "message": "Zdjęcie jest nieostre"}}).encode()
BOM = b"\xef\xbb\xbf"
Pack = Callable[[bytes], bytes]


def deflated(body: bytes) -> bytes:
    """Compress without zlib's head, as some servers understand `deflate`."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


PACKED = pytest.mark.parametrize(
    ("encoding", "pack"),
    [("gzip", gzip.compress), ("x-gzip", gzip.compress), ("deflate", zlib.compress), ("Deflate", deflated)],
)


@pytest.fixture
def serve(httpserver: HTTPServer) -> Callable[..., None]:
    def answer(body: bytes, status: int = 200, encoding: str = "") -> None:
        headers = {"Content-Encoding": encoding} if encoding else {}
        httpserver.expect_request("/v1/orders").respond_with_data(
            body, status=status, content_type="application/json", headers=headers
        )

    return answer


def refused(client: Mdokumenty) -> MdokumentyError:
    return failing(lambda: client.submit(order_request()))


def test_a_byte_order_mark_is_no_part_of_the_answer(client: Mdokumenty, serve: Callable[..., None]) -> None:
    serve(BOM + PENDING)
    assert client.submit(order_request()).client_reference == REFERENCE


@PACKED
def test_what_is_compressed_though_not_asked_is_read(
    client: Mdokumenty, serve: Callable[..., None], encoding: str, pack: Pack
) -> None:
    serve(pack(BOM + PENDING), encoding=encoding)
    assert client.submit(order_request()).client_reference == REFERENCE


@PACKED
def test_a_compressed_refusal_is_a_refusal(
    client: Mdokumenty, serve: Callable[..., None], encoding: str, pack: Pack
) -> None:
    serve(pack(REFUSAL), 422, encoding)
    error = refused(client)
    assert isinstance(error, Refused)
    assert error.code == "photo_rejected"


@PACKED
def test_what_is_small_and_unpacks_to_more_than_an_answer_may_have_is_not_read(
    client: Mdokumenty, serve: Callable[..., None], encoding: str, pack: Pack
) -> None:
    bomb = pack(PENDING + b" " * ANSWER_MAX_BYTES)
    assert len(bomb) < 100_000
    serve(bomb, encoding=encoding)
    error = refused(client)
    assert type(error) is OutcomeUnknown
    assert "longer than" in str(error)


@PACKED
def test_the_longest_answer_allowed_is_unpacked(
    client: Mdokumenty, serve: Callable[..., None], encoding: str, pack: Pack
) -> None:
    serve(pack(PENDING.ljust(ANSWER_MAX_BYTES)), encoding=encoding)
    assert client.submit(order_request()).client_reference == REFERENCE


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", PENDING),
        ("gzip", gzip.compress(PENDING)[:-12]),
        ("deflate", b"\x00\xff"),
        ("gzip", b""),
        ("br", PENDING),
        ("gzip, gzip", gzip.compress(gzip.compress(PENDING))),
    ],
)
def test_what_cannot_be_unpacked_decides_nothing(
    client: Mdokumenty, serve: Callable[..., None], encoding: str, body: bytes
) -> None:
    serve(body, encoding=encoding)
    error = refused(client)
    assert type(error) is OutcomeUnknown
    assert error.cause is Cause.UNREADABLE


def test_a_refusal_that_cannot_be_unpacked_is_nobodys(client: Mdokumenty, serve: Callable[..., None]) -> None:
    serve(REFUSAL, 422, "gzip")
    assert isinstance(refused(client), ForeignRefusal)
