"""Why a call failed is told as precisely as the network tells it; certificates are in test_tls.py."""

import socket
from contextlib import closing

import pytest
from pytest_httpserver import HTTPServer

from mdocs.mdokumenty import Cause, Mdokumenty, RetryLater

from .examples import PESEL, failing, order_request
from .scripted import Peer, ScriptedServer


def cause_at(url: str, timeout: float = 5) -> Cause:
    with closing(Mdokumenty(url, timeout=timeout)) as client:
        error = failing(lambda: client.submit(order_request()))
    assert isinstance(error, RetryLater)
    return error.cause


def test_a_name_that_nobody_knows() -> None:
    assert cause_at("https://mdokumenty.invalid") is Cause.NAME_NOT_FOUND


def test_a_port_where_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert cause_at(f"http://127.0.0.1:{port}") is Cause.CONNECTION_REFUSED


def test_a_server_that_says_nothing() -> None:
    with ScriptedServer(lambda peer: peer.hang()) as server:
        assert cause_at(server.url, timeout=0.4) is Cause.TIMEOUT


def test_a_connection_that_breaks() -> None:
    def resets(peer: Peer) -> None:
        peer.read_request()
        peer.reset()

    with ScriptedServer(resets) as server:
        assert cause_at(server.url) is Cause.CONNECTION_LOST


@pytest.mark.parametrize(
    ("status", "body", "cause"),
    [
        (200, "<html>", Cause.UNREADABLE),
        (302, "<html>", Cause.FOREIGN_ANSWER),
        (429, '{"error": {"code": "busy", "message": ""}}', Cause.BUSY),
        (500, '{"error": {"code": "broken", "message": ""}}', Cause.SERVER_ERROR),
        (502, "<html>", Cause.FOREIGN_ANSWER),
    ],
)
def test_an_answer_that_is_none(httpserver: HTTPServer, status: int, body: str, cause: Cause) -> None:
    httpserver.expect_request("/v1/orders").respond_with_data(
        body, status=status, content_type="application/json"
    )
    assert cause_at(httpserver.url_for("")) is cause


@pytest.mark.parametrize(
    ("header", "named"),
    [
        ("nginx/1.24.0 (Ubuntu)", ", server nginx"),
        ("Apache", ", server Apache"),
        (f"{PESEL}/1", ""),
        ("<b>", ""),
        ("x" * 65, ""),
        ("", ""),
    ],
)
def test_a_page_of_another_is_told_with_the_name_of_its_server_if_that_is_a_name(
    header: str, named: str
) -> None:
    def refuses(peer: Peer) -> None:
        peer.read_request()
        peer.answer(b"<html>", "400 Bad Request", f"Server: {header}")

    with ScriptedServer(refuses) as server, closing(Mdokumenty(server.url, timeout=5)) as client:
        assert str(failing(lambda: client.submit(order_request()))) == f"HTTP 400{named}"
