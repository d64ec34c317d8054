"""Transport with deadlines: no slow, silent or dripping server can move the end of a call.

The usual timeouts are for one step each, so that a server that sends a byte now and then holds its caller for
ever. Here each step on the network gets no more than what is left of the call. Only the system's look-up of a host
name cannot be cut short.
"""

import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import httpcore
import httpx

from .causes import CERTIFICATE_CAUSES, cause_of, is_alert_about_ours
from .errors import MdokumentyError, NotAccepted, OutcomeUnknown, RetryLater

# Idle for longer than this, a connection is not used again: many servers close theirs after 5 seconds or
# more, and a request that crosses with the closing would be of unknown outcome.
KEEP_ALIVE_SECONDS = 4.0
_WRITE_AT_ONCE = 16 * 1024

_NOT_SENT = (httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.PoolTimeout)
_FAILURES = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError)

_deadline: ContextVar[float] = ContextVar("deadline")  # without one, nothing is sent at all


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """End everything that the transport does inside this block after so many seconds."""
    token = _deadline.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _deadline.reset(token)


def _left(timeout: float | None, expired: type[httpcore.TimeoutException]) -> float:
    left = _deadline.get() - time.monotonic()
    if left <= 0:
        raise expired("timed out")
    return left if timeout is None else min(timeout, left)


class Transport(httpx.BaseTransport):
    """Kept-alive connections, at most so many, no retries, no redirects; failures are RetryLater,
    OutcomeUnknown, or NotAccepted where a certificate is the cause."""

    def __init__(self, tls: ssl.SSLContext | None, connections: int) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls,
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=KEEP_ALIVE_SECONDS,
            retries=0,
            network_backend=_Network(),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return its answer, the body still to be read."""
        failure: MdokumentyError | None = None
        try:
            answer = self._pool.handle_request(
                httpcore.Request(
                    method=request.method,
                    url=httpcore.URL(
                        scheme=request.url.raw_scheme,
                        host=request.url.raw_host,
                        port=request.url.port,
                        target=request.url.raw_path,
                    ),
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions=request.extensions,
                )
            )
        except _FAILURES as error:
            failure = _name(error)
        if failure is not None:  # Raised here, so that it has no context that could hold what was sent.
            raise failure
        # Without its target httpx takes no notice of a redirect; one that it cannot parse would be an exception.
        headers = [(name, value) for name, value in answer.headers if name.lower() != b"location"]
        return httpx.Response(answer.status, headers=headers, stream=_Body(answer))

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        failure: MdokumentyError | None = None
        try:
            yield from self._answer.iter_stream()
        except _FAILURES as error:
            failure = _name(error)
        if failure is not None:
            raise failure

    def close(self) -> None:
        self._answer.close()


def _name(error: Exception) -> MdokumentyError:
    # The text of a ProtocolError quotes what the server sent.
    text = "" if isinstance(error, httpcore.ProtocolError) else f": {error}"
    why, cause = type(error).__name__ + text, cause_of(error)
    if isinstance(error, _NOT_SENT):
        if cause in CERTIFICATE_CAUSES:
            return NotAccepted(cause)
        return RetryLater(not_done=True, why=why, cause=cause)
    return OutcomeUnknown(why=why, cause=cause)


class _Network(httpcore.NetworkBackend):
    def __init__(self) -> None:
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of the host that answers, all of them within the deadline."""
        failure: Exception = httpcore.ConnectError("the host has no address")
        for address in _addresses(host, port):
            try:
                left = _left(timeout, httpcore.ConnectTimeout)
                return _Stream(self._backend.connect_tcp(address, port, left, local_address, socket_options))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


def _addresses(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(str(error)) from error
    return [str(address[0]) for *_, address in found]


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            return self._stream.read(max_bytes, _left(timeout, httpcore.ReadTimeout))
        except httpcore.ReadError as error:
            cause = error.__cause__
            # In TLS 1.3 a server judges our certificate after the handshake: in place of an answer.
            if is_alert_about_ours(cause):
                raise httpcore.ConnectError(str(cause)) from cause
            raise

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _WRITE_AT_ONCE):
            piece = buffer[start : start + _WRITE_AT_ONCE]
            self._stream.write(piece, _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
