"""The site of nginx: what the portal is told of who asks, what is refused, and the page for when the portal is away."""

import json
import os
import re
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from script.lib.network import free_port
from script.lib.nginx import PROGRAM as NGINX
from tests.deploy.nginx import Nginx
from tests.waiting import wait_until

pytestmark = pytest.mark.skipif(not NGINX, reason="no nginx on this machine")
HOST = "legitymacja.example.edu"
FORGED = {
    "X-Forwarded-For": "192.0.2.1",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Host": "evil.example",
    "X-Request-Id": "1",
}


class Echo(BaseHTTPRequestHandler):
    """Stands for the portal: answers with the headers that came."""

    def do_GET(self) -> None:
        body = json.dumps(dict(self.headers)).encode()
        self.send_response(503 if self.path == "/maintenance" else 200)
        if self.path == "/page":
            body = b"<p>words</p>" * 500
            self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def portal() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever).start()
        yield server
        server.shutdown()


@pytest.fixture
def site(tmp_path: Path, portal: ThreadingHTTPServer) -> Iterator[Nginx]:
    nginx = Nginx(tmp_path, http=free_port(), https=free_port(), portal=portal.server_address[1])
    assert re.sub(r".*\[warn\].*\n", "", nginx.check()) == ""
    nginx.start()
    try:
        wait_until(lambda: answers(nginx))
        yield nginx
    finally:
        nginx.stop()


def client(site: Nginx) -> httpx.Client:
    trusted = ssl.create_default_context(cafile=site.ca)
    return httpx.Client(
        base_url=f"https://127.0.0.1:{site.https}",
        headers={"Host": HOST},
        verify=trusted,
        trust_env=False,
        timeout=30,
    )


def ask(site: Nginx, path: str, **options: object) -> httpx.Response:
    """Ask as a browser does; what is sent makes it a POST."""
    with client(site) as http:
        return http.request("POST" if "content" in options else "GET", path, **options)  # type: ignore[arg-type]


def answers(site: Nginx) -> bool:
    with suppress(httpx.HTTPError):
        return ask(site, "/").status_code < 600
    return False


def test_the_portal_is_told_who_asks_and_not_what_a_client_says_of_itself(site: Nginx) -> None:
    told = {name.lower(): value for name, value in ask(site, "/", headers=FORGED).json().items()}
    assert told["x-forwarded-for"] == "127.0.0.1"
    assert told["x-forwarded-proto"] == "https"
    assert told["host"] == told["x-forwarded-host"] == HOST
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", told["x-request-id"])


def test_a_request_has_one_id_in_both_logs_and_its_query_is_in_none(site: Nginx) -> None:
    told = ask(site, "/page?secret=1").json()["X-Request-Id"]
    log = site.folder / "mlegitymacja.log"
    wait_until(lambda: told in log.read_text())
    assert f'[{told}] "GET /page" 200' in log.read_text()
    assert "secret" not in log.read_text()


@pytest.mark.parametrize(
    ("path", "megabytes", "status"),
    [("/photo", 16, 200), ("/photo", 18, 413), ("/admin/students/import/", 18, 200)],
)
def test_uploads_have_a_limit(site: Nginx, path: str, megabytes: int, status: int) -> None:
    assert ask(site, path, content=bytes(megabytes * 1024 * 1024)).status_code == status


def test_pages_are_compressed(site: Nginx) -> None:
    answer = ask(site, "/page", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.num_bytes_downloaded < 1_000 < len(answer.content)


def test_error_pages_of_the_portal_are_passed_on(site: Nginx) -> None:
    answer = ask(site, "/maintenance")
    assert answer.status_code == 503
    assert "X-Request-Id" in answer.json()


def test_a_portal_that_is_away_has_a_page_in_both_languages(site: Nginx, portal: ThreadingHTTPServer) -> None:
    portal.shutdown()
    portal.socket.close()
    answer = ask(site, "/dla-studentow/")
    assert answer.status_code == 502
    assert "Portal jest chwilowo niedostępny" in answer.text
    assert "The portal is away" in answer.text
    assert answer.headers["Retry-After"] == "10"
    assert answer.headers["Strict-Transport-Security"]


def test_a_restart_of_the_web_refuses_nobody(tmp_path: Path) -> None:
    """The socket is kept open by somebody else, as systemd does: who asks meanwhile waits.

    A request that takes longer than most, as one whose body comes slowly, has the time to end.
    """
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        port = listener.getsockname()[1]
        statuses: list[int | str] = []
        answers_to_slow: list[str] = []
        stop = threading.Event()

        def visit() -> None:
            while not stop.is_set():
                try:
                    statuses.append(
                        httpx.get(
                            f"http://127.0.0.1:{port}/health/live", timeout=120, trust_env=False
                        ).status_code
                    )
                except httpx.HTTPError as error:
                    statuses.append(repr(error))

        web = start_web(listener.fileno(), tmp_path / "first.log")
        visitors = [threading.Thread(target=visit) for _ in range(4)]
        try:
            for visitor in visitors:
                visitor.start()
            wait_until(lambda: len(statuses) > 20, 120)
            for name in ("second.log", "third.log"):
                slow = threading.Thread(target=lambda: answers_to_slow.append(post_slowly(port)))
                slow.start()
                time.sleep(1)  # it has been taken
                web.terminate()
                web.wait(30)
                slow.join()
                before = len(statuses)
                web = start_web(listener.fileno(), tmp_path / name)
                wait_until(lambda before=before: len(statuses) > before + 20, 120)  # type: ignore[misc]
        finally:
            stop.set()
            for visitor in visitors:
                visitor.join()
            web.terminate()
            web.wait(30)
    assert set(statuses) == {200}
    # By the portal, which has read to the end: of a form without a token, and of a database without tables.
    assert set(answers_to_slow) <= {"HTTP/1.1 403", "HTTP/1.1 500"}


def post_slowly(port: int) -> str:
    """Send a form of which the second half comes ten seconds later; return the beginning of the answer."""
    body, cookie = b"csrfmiddlewaretoken=none", "csrftoken=" + "a" * 32
    head = (
        f"POST /logowanie/ HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\nContent-Length: {len(body)}\r\n"
    )
    form = "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall((head + form).encode() + body[:4])
        connection.settimeout(10)
        try:
            with suppress(TimeoutError):
                return "too early: " + connection.recv(12).decode()
            connection.settimeout(60)
            connection.sendall(body[4:])
            return connection.recv(12).decode()
        except OSError as error:
            return repr(error)


def start_web(listener: int, log: Path) -> "subprocess.Popen[bytes]":
    """Start gunicorn on a socket that is given to it, by the protocol of systemd: descriptor 3, and its own pid."""
    gunicorn = (
        f"{sys.executable} -m gunicorn --config python:mlegitymacja_portal.gunicorn mlegitymacja_portal.wsgi"
    )
    with log.open("wb") as file:
        return subprocess.Popen(
            ["bash", "-c", f"LISTEN_FDS=1 LISTEN_PID=$$ exec {gunicorn} 3<&{listener}"],
            pass_fds=[listener],
            stdout=file,
            stderr=file,
            env=os.environ | {"WEB_CONCURRENCY": "1"},
        )
