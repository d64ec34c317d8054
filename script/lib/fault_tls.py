"""TLS end of the wire: takes clients with a certificate of our authority, or none, and passes on what they say.

In threads with blocking sockets: asyncio closes a connection without the alert that says why.
"""

import select
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Sequence

PIECE = 65_536


class TlsEnd(socketserver.ThreadingTCPServer):
    """Listens at `port`, and passes on to `inner`; while `is_strict()`, no client's certificate is good enough.

    `files` are the paths of its certificate and key, and of the CA whose clients it takes.
    """

    daemon_threads, allow_reuse_address, request_queue_size = True, True, 64

    def __init__(self, port: int, inner: int, files: Sequence[str], is_strict: Callable[[], bool]) -> None:
        certificate, key, ca = files
        self.inner, self.is_strict = inner, is_strict
        self.usual, self.strict = (ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) for _ in range(2))
        for context in (self.usual, self.strict):
            context.load_cert_chain(certificate, key)
            context.verify_mode = ssl.CERT_REQUIRED
        self.usual.load_verify_locations(ca)
        super().__init__(("127.0.0.1", port), _Connection)

    def start(self) -> None:
        """Listen, in a thread."""
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Connection(socketserver.BaseRequestHandler):
    server: TlsEnd

    def handle(self) -> None:
        context = self.server.strict if self.server.is_strict() else self.server.usual
        try:
            with (
                context.wrap_socket(self.request, server_side=True) as outer,
                socket.create_connection(("127.0.0.1", self.server.inner)) as inner,
            ):
                while self._pass_on(outer, inner):
                    pass
        except OSError:  # of TLS too: a client that is not taken has been told so
            return

    def _pass_on(self, outer: ssl.SSLSocket, inner: socket.socket) -> bool:
        """Pass on what one of them has said; return whether both are still there."""
        if outer.pending():
            said: list[socket.socket] = [outer]
        else:
            said, _, _ = select.select([outer, inner], [], [])
        for one in said:
            piece = one.recv(PIECE)
            if not piece:
                return False
            (inner if one is outer else outer).sendall(piece)
        return True
