"""A server that does to a connection exactly what a test says, byte by byte."""

import os
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

Play = Callable[["Peer"], None]


class Peer:
    """One connection, seen from the server."""

    def __init__(self, sock: socket.socket, server: "ScriptedServer") -> None:
        self._sock = sock
        self._server = server

    def read(self, size: int) -> bytes:
        """Read what has come, up to this size."""
        return self._sock.recv(size)

    def read_request(self) -> bytes:
        """Read one request whole; empty if the client has closed the connection."""
        data = b""
        while b"\r\n\r\n" not in data:
            piece = self._sock.recv(65536)
            if not piece:
                return b""
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        length = 0
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        while len(body) < length:
            body += self._sock.recv(65536)
        self._server.requests.append(head + b"\r\n\r\n" + body)
        return head + b"\r\n\r\n" + body

    def send(self, data: bytes) -> None:
        self._sock.sendall(data)

    def answer(self, body: bytes, status: str = "200 OK", *headers: str) -> None:
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
        self.send("\r\n".join(lines).encode() + body)

    def drip(self, data: bytes) -> None:
        """Send a byte every 20 ms, for as long as anybody listens."""
        for byte in data:
            self.send(bytes([byte]))
            self.wait(0.02)

    def wait(self, seconds: float) -> None:
        """Do nothing for a while; EOFError ends the play with the test."""
        if self._server.over.wait(seconds):
            raise EOFError

    def hang(self) -> None:
        """Do nothing until the test is over."""
        self.wait(60)

    def reset(self) -> None:
        """Close so that the client gets a reset and not an end."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._sock.close()

    def close(self) -> None:
        self._sock.close()


class ScriptedServer:
    """Plays one play for each connection; the last one for all that follow."""

    def __init__(self, *plays: Play, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self.accepted: list[float] = []  # when, in time.monotonic()
        self.open_now = 0
        self.open_at_most = 0
        self.over = threading.Event()
        self._plays = plays
        self._tls = tls
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._threads = [threading.Thread(target=self._accept)]
        self.port: int = self._listener.getsockname()[1]

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                play = self._plays[min(self.connections, len(self._plays) - 1)]
                self.connections += 1
                self.accepted.append(time.monotonic())
                self.open_now += 1
                self.open_at_most = max(self.open_at_most, self.open_now)
            thread = threading.Thread(target=self._serve, args=(sock, play))
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket, play: Play) -> None:
        sock.settimeout(10)
        with suppress(OSError, EOFError), self._secure(sock) as secured:
            play(Peer(secured, self))
        with self._lock:
            self.open_now -= 1

    def _secure(self, sock: socket.socket) -> socket.socket:
        if self._tls is None:
            return sock
        secured = self._tls.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        try:
            secured.do_handshake()
        except ssl.SSLError:
            # The alert is on its way; closing with something unread would overtake it with a reset.
            while os.read(secured.fileno(), 65536):
                pass
            secured.close()
            raise
        return secured


def repeat(body: bytes) -> Play:
    """Answer every request of a connection with this body."""

    def play(peer: Peer) -> None:
        while peer.read_request():
            peer.answer(body)

    return play
