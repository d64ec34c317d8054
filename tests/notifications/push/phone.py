"""Browser of the tests: its keys, and what it decrypts."""

import base64
import json
import os
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client
from py_vapid import Vapid02
from pytest_httpserver import HTTPServer
from werkzeug import Request

DEVICES = "/dla-studentow/wiadomosci/urzadzenia/"
ANDROID = "Mozilla/5.0 (Linux; Android 16; Pixel 9) Chrome/142.0.0.0 Mobile Safari/537.36"


class Phone:
    """Browser that has subscribed at `service`."""

    def __init__(self, service: HTTPServer, path: str = "/push/a") -> None:
        self._service, self.path = service, path
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = os.urandom(16)
        self.answer_with(201)

    @property
    def endpoint(self) -> str:
        return self._service.url_for(self.path)

    @property
    def subscription(self) -> dict[str, str]:
        """Return the members of its PushSubscription."""
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"endpoint": self.endpoint, "p256dh": _base64(point), "auth": _base64(self._auth)}

    def turn_on(self, client: Client, user_agent: str = ANDROID) -> None:
        """Turn messages on for the user who is signed in."""
        answer = client.post(DEVICES, self.subscription, headers={"User-Agent": user_agent})
        assert answer.status_code == 204, answer.content

    def answer_with(self, status: int, **headers: str) -> None:
        """Let the push service answer so from now on."""
        self._service.expect_request(self.path, method="POST").respond_with_data(
            "", status=status, headers=headers
        )

    @property
    def requests(self) -> list[Request]:
        """Return the requests that the push service received for this browser."""
        return [request for request, _answer in self._service.log if request.path == self.path]

    @property
    def shown(self) -> list[dict[str, Any]]:
        """Return the payloads that the browser received, decrypted as in RFC 8291."""
        return [self._read(request) for request in self.requests]

    def _read(self, request: Request) -> dict[str, Any]:
        assert Vapid02.verify(request.headers["Authorization"])
        text = http_ece.decrypt(
            request.get_data(), private_key=self._key, auth_secret=self._auth, version="aes128gcm"
        )
        read: dict[str, Any] = json.loads(text)
        return read


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
