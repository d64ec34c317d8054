"""Bodies of answers: read up to a limit, and unpacked where a proxy has compressed what nobody asked it to."""

import re
import zlib
from collections.abc import Iterable, Iterator

import httpx

from .serialization import UnreadableError

_JSON = re.compile(r"(application|text)/([\w.-]+\+)?json\s*(;.*)?", re.IGNORECASE)
_GZIP = 16 + zlib.MAX_WBITS
_PIECE = 64 * 1024  # bytes unpacked at once, so that no small piece becomes a large one


def is_json(content_type: str | None) -> bool:
    """Say whether a `Content-Type` names JSON."""
    return _JSON.fullmatch((content_type or "").strip()) is not None


def read_body(response: httpx.Response, limit: int) -> bytes:
    """Return the body of an answer, unpacked. Raises UnreadableError where it is longer than `limit` bytes, packed or
    unpacked, or packed in a way that cannot be read."""
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    packed = _limited(response.iter_raw(), limit)
    if encoding in {"", "identity"}:
        return b"".join(packed)
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        raise UnreadableError("the body is compressed in a way that nobody asked for")
    try:
        return b"".join(_limited(_unpacked(packed, encoding), limit))
    except zlib.error:
        raise UnreadableError("the compressed body is broken") from None


def _limited(pieces: Iterable[bytes], limit: int) -> Iterator[bytes]:
    length = 0
    for piece in pieces:
        length += len(piece)
        if length > limit:
            raise UnreadableError(f"the body is longer than {limit} bytes")
        yield piece


def _unpacked(packed: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Unpack piece by piece. `deflate` is zlib's format by the standard (RFC 9110), and without its head by habit."""
    unpacker = None
    for piece in packed:
        if unpacker is None and piece:
            has_head = encoding == "deflate" and piece[0] & 0x0F == zlib.DEFLATED
            bits = _GZIP if encoding != "deflate" else zlib.MAX_WBITS if has_head else -zlib.MAX_WBITS
            unpacker = zlib.decompressobj(bits)
        while unpacker is not None and piece:
            yield unpacker.decompress(piece, _PIECE)
            piece = unpacker.unconsumed_tail
    if unpacker is not None:
        yield unpacker.flush()
        if not unpacker.eof:
            raise zlib.error("cut short")
