"""The portal over HTTPS in the test's own database: what browsers keep of a page depends on how it came."""

import ssl
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, cast

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test.testcases import LiveServerThread

from script.lib.certificates import write_self_signed

WSGI = Callable[[dict[str, Any], Any], Iterable[bytes]]


class SecureServer(LiveServerThread):
    """Live server with a certificate that it has signed itself.

    `worker_begins` is written in front of the service worker's script.
    """

    def __init__(self, folder: Path) -> None:
        """Make the certificate, below `folder`."""
        self.worker_begins = ""
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate, key = folder / "localhost.pem", folder / "localhost.key"
        write_self_signed(certificate, key)
        self.context.load_cert_chain(certificate, key)
        super().__init__("localhost", self._handler)  # type: ignore[arg-type]
        self.daemon = True

    @property
    def url(self) -> str:
        """Return where it is."""
        return f"https://localhost:{self.port}"

    def _create_server(self, connections_override: Any = None) -> Any:
        server = super()._create_server(connections_override)  # type: ignore[misc]
        # Each connection shakes hands in a thread of its own: browsers open some that say nothing yet.
        server.socket = self.context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        server.base_environ["HTTPS"] = "on"
        return server

    def _handler(self, application: WSGI) -> WSGI:
        static: Any = StaticFilesHandler(application)  # type: ignore[arg-type]

        def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            if environ["PATH_INFO"] != "/service-worker.js" or not self.worker_begins:
                return cast("Iterable[bytes]", static(environ, start_response))
            script = b"".join(static(environ, lambda *_: None))
            begins = self.worker_begins.encode()
            start_response("200 OK", [("Content-Type", "text/javascript"), ("Cache-Control", "no-cache")])
            return [begins, script]

        return answer
