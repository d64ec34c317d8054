"""Servers that take what the portal sends to people, and count it: of mail, and of messages to phones."""

import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller

from script.lib.network import free_port


class MailSink:
    """Mail server that counts what it takes, by Message-ID and recipient."""

    def __init__(self) -> None:
        self.port, self.taken = free_port(), Counter[tuple[str, str]]()
        self._controller: Controller | None = None
        self._lock = threading.Lock()  # faults may overlap: what is back already is not brought back again

    def start(self) -> None:
        """Listen."""
        with self._lock:
            if self._controller is None:
                self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
                self._controller.start()

    def stop(self) -> None:
        """Be away."""
        with self._lock:
            if self._controller is not None:
                self._controller.stop()
                self._controller = None

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 -- aiosmtpd's name
        """Take a mail."""
        lines = envelope.content.decode(errors="replace").splitlines()
        number = next((line for line in lines if line.lower().startswith("message-id:")), "")
        for recipient in envelope.rcpt_tos:
            self.taken[number, recipient] += 1
        return "250 OK"


class PushSink:
    """Push service that counts what it takes, by the path of the browser's endpoint."""

    def __init__(self) -> None:
        self.port, self.taken, self.is_busy = free_port(), Counter[str](), False
        self._server: ThreadingHTTPServer | None = None
        self._lock = threading.Lock()

    @property
    def origin(self) -> str:
        """Origin of the endpoints here."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listen."""
        sink = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                if not sink.is_busy:
                    sink.taken[self.path] += 1
                self.send_response(503 if sink.is_busy else 201)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                pass

        with self._lock:
            if self._server is None:
                self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
                threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Be away."""
        with self._lock:
            if self._server is not None:
                self._server.shutdown()
                self._server.server_close()
                self._server = None
