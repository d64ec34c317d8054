"""Requests to WSGI applications inside this process: no socket, and nothing that only tests need."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from wsgiref.util import setup_testing_defaults

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client, override_settings
from django.utils.crypto import get_random_string

from script.lib.costs import floors
from students.models import User

_TOKEN = get_random_string(32)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Browser:
    """A signed-in browser, of the portal or of the floors."""

    application: WSGIHandler
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, address: str, **headers: str) -> Answer:
        """Ask for an address; headers as WSGI names them."""
        return self._send("GET", address, b"", headers)

    def post(self, address: str, **fields: str) -> Answer:
        """Send a form: its token, and these fields."""
        body = urlencode({"csrfmiddlewaretoken": _TOKEN, **fields}).encode()
        return self._send("POST", address, body, {"CONTENT_TYPE": "application/x-www-form-urlencoded"})

    def _send(self, method: str, address: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        path, _, query = address.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "HTTP_HOST": "localhost",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            **headers,
        }
        setup_testing_defaults(environ)
        told: dict[str, Any] = {}

        def start(status: str, headers: list[tuple[str, str]], *_: Any) -> Callable[[bytes], object]:
            told.update(status=int(status.split()[0]), headers=dict(headers))
            return lambda _: None

        answered = self.application(environ, start)
        try:
            content = b"".join(answered)
        finally:
            answered.close()
        if told["status"] >= HTTPStatus.BAD_REQUEST:
            raise AssertionError(f"{method} {address} is answered with {told['status']}: {content[:300]!r}")
        return Answer(told["status"], told["headers"], content)


def portal() -> WSGIHandler:
    """Return the portal as its servers run it."""
    from mlegitymacja_portal.wsgi import application  # its checks ask the services

    return application


def floor() -> WSGIHandler:
    """Return the application of the floors."""
    middleware = [*floors.MIDDLEWARE, f"{__name__}.at_the_floors"]
    with override_settings(MIDDLEWARE=middleware, SESSION_ENGINE=floors.SESSION_ENGINE):
        return WSGIHandler()


def at_the_floors(get_response: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Find addresses among those of the floors."""

    def handle(request: Any) -> Any:
        request.urlconf = floors.__name__
        return get_response(request)

    return handle


def stranger(application: WSGIHandler) -> Browser:
    """Return a browser in which nobody is signed in."""
    return Browser(application, {settings.CSRF_COOKIE_NAME: _TOKEN})


def cookies_of(user_id: int) -> dict[str, str]:
    """Sign an account in, and return the cookies of its browser."""
    client = Client()
    client.force_login(User.objects.get(pk=user_id))
    return {
        settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value,
        settings.CSRF_COOKIE_NAME: _TOKEN,
    }
