"""What the network can do to a call, told as: it never left, or nobody knows. And never later than the deadline."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from datetime import date

import httpx
import pytest

from mdocs.mdokumenty import ForeignRefusal, Holder, Mdokumenty, MdokumentyError, OutcomeUnknown, RetryLater
from mdocs.mdokumenty.client import ANSWER_MAX_BYTES
from mdocs.mdokumenty.transport import Transport, deadline

from .examples import LAST_NAME, PESEL, REFERENCE, failing, order_request, pending
from .scripted import Peer, Play, ScriptedServer, repeat

TIMEOUT = 0.3
IN_TIME = TIMEOUT + 5  # on a busy machine; what holds a call here would hold it for 10 seconds or more
PENDING = json.dumps(pending()).encode()
WELL = b'{"status": "ok"}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@contextmanager
def talking_to(
    *plays: Play, timeout: float = 5, connections: int = 16
) -> Iterator[tuple[Mdokumenty, ScriptedServer]]:
    with (
        ScriptedServer(*plays) as server,
        closing(Mdokumenty(server.url, timeout=timeout, connections=connections)) as client,
    ):
        yield client, server


class TestNeverSent:
    def test_a_refused_connection_did_nothing(self) -> None:
        with closing(socket.create_server(("127.0.0.1", 0))) as listener:
            port = listener.getsockname()[1]
        with closing(Mdokumenty(f"http://127.0.0.1:{port}", timeout=5)) as client:
            error = failing(lambda: client.submit(order_request()))
        assert type(error) is RetryLater
        assert error.not_done

    def test_a_name_that_cannot_be_looked_up_did_nothing(self) -> None:
        # A label of a host name has at most 63 characters: this fails without asking any name server.
        with closing(Mdokumenty(f"https://{'a' * 64}.invalid", timeout=5)) as client:
            error = failing(lambda: client.submit(order_request()))
        assert type(error) is RetryLater
        assert error.not_done

    def test_a_connection_that_is_not_taken_in_time_did_nothing(self) -> None:
        with ExitStack() as stack:
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
            for _ in range(4):  # A full queue takes no more connections.
                filler = stack.enter_context(socket.socket())
                filler.setblocking(False)
                filler.connect_ex(listener.getsockname())
            client = stack.enter_context(
                closing(Mdokumenty(f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=TIMEOUT))
            )
            started = time.monotonic()
            error = failing(lambda: client.submit(order_request()))
        assert time.monotonic() - started < IN_TIME
        assert type(error) is RetryLater
        assert error.not_done

    def test_a_call_that_finds_no_free_connection_in_time_did_nothing(self) -> None:
        with (
            ScriptedServer(repeat(WELL)) as server,
            closing(Transport(None, connections=1)) as transport,
            deadline(5),
        ):
            request = httpx.Request("GET", server.url, extensions={"timeout": {"pool": TIMEOUT}})
            unread = transport.handle_request(request)
            error = failing(lambda: transport.handle_request(request))
            assert type(error) is RetryLater
            assert error.not_done
            unread.close()
            transport.handle_request(request).close()


def resets_at_once(peer: Peer) -> None:
    peer.reset()


def resets_after_reading(peer: Peer) -> None:
    peer.read_request()
    peer.reset()


def resets_in_the_middle_of_reading(peer: Peer) -> None:
    peer.read(1000)
    peer.reset()


def closes_without_an_answer(peer: Peer) -> None:
    peer.read_request()


def closes_within_the_head(peer: Peer) -> None:
    peer.read_request()
    peer.send(b"HTTP/1.1 200 O")


def closes_within_the_body(peer: Peer) -> None:
    peer.read_request()
    peer.send(HEAD + b"Content-Length: 1000\r\n\r\n" + PENDING)


def resets_within_the_body(peer: Peer) -> None:
    peer.read_request()
    peer.send(HEAD + b"Content-Length: 1000\r\n\r\n" + PENDING)
    peer.reset()


def speaks_another_language(peer: Peer) -> None:
    peer.read_request()
    peer.send(f"220 mail ready, {PESEL} {LAST_NAME}\r\n\r\n".encode())


def is_indiscreet_in_its_status_line(peer: Peer) -> None:
    peer.read_request()
    peer.answer(b"{}", f"200 Order of {PESEL} taken")


def has_a_head_without_end(peer: Peer) -> None:
    peer.read_request()
    peer.send(HEAD + b"X: " + b"x" * 200_000)


def spoils_its_chunks(peer: Peer) -> None:
    peer.read_request()
    peer.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{}   \r\nzz\r\n")


def sends_too_much(peer: Peer) -> None:
    peer.read_request()
    peer.answer(PENDING + b" " * (ANSWER_MAX_BYTES + 1 - len(PENDING)))


def sends_without_end(peer: Peer) -> None:
    peer.read_request()
    peer.send(HEAD + b"\r\n")
    while True:
        peer.send(b" " * 65536)


@pytest.mark.parametrize(
    "play",
    [
        resets_after_reading,
        resets_in_the_middle_of_reading,
        closes_without_an_answer,
        closes_within_the_head,
        closes_within_the_body,
        resets_within_the_body,
        speaks_another_language,
        is_indiscreet_in_its_status_line,
        has_a_head_without_end,
        spoils_its_chunks,
        sends_too_much,
        sends_without_end,
    ],
    ids=lambda play: play.__name__,
)
def test_what_breaks_once_sent_may_have_been_done(play: Play) -> None:
    with talking_to(play) as (client, server):
        error = failing(lambda: client.submit(order_request()))
        assert server.connections == 1, "nothing is repeated behind the engine's back"
    assert type(error) is OutcomeUnknown
    assert not error.not_done


def test_a_connection_that_is_reset_at_once_means_later() -> None:
    # Before or after the first byte has left: that is for the system to say.
    with talking_to(resets_at_once) as (client, _):
        assert isinstance(failing(lambda: client.submit(order_request())), RetryLater)


def hangs(peer: Peer) -> None:
    peer.read_request()
    peer.hang()


def hangs_within_the_head(peer: Peer) -> None:
    peer.read_request()
    peer.send(HEAD)
    peer.hang()


def hangs_within_the_body(peer: Peer) -> None:
    peer.read_request()
    peer.send(HEAD + b"Content-Length: 1000\r\n\r\n" + PENDING)
    peer.hang()


def drips_its_head(peer: Peer) -> None:
    peer.read_request()
    peer.drip(HEAD + b"X: " + b"x" * 1000)


def drips_its_body(peer: Peer) -> None:
    peer.read_request()
    peer.send(HEAD + b"Content-Length: 1000\r\n\r\n")
    peer.drip(PENDING + b" " * 1000)


def drips_chunks(peer: Peer) -> None:
    peer.read_request()
    peer.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    peer.drip(b"1\r\n \r\n" * 100)


def drips_early_hints(peer: Peer) -> None:
    peer.read_request()
    peer.drip(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 20)


@pytest.mark.parametrize(
    "play",
    [
        hangs,
        hangs_within_the_head,
        hangs_within_the_body,
        drips_its_head,
        drips_its_body,
        drips_chunks,
        drips_early_hints,
    ],
    ids=lambda play: play.__name__,
)
def test_no_slow_answer_holds_a_call_beyond_its_deadline(play: Play) -> None:
    with talking_to(play, timeout=TIMEOUT) as (client, server):
        started = time.monotonic()
        error = failing(lambda: client.submit(order_request()))
        assert TIMEOUT * 0.9 < time.monotonic() - started < IN_TIME
        assert server.connections == 1
    assert type(error) is OutcomeUnknown


def test_each_step_has_only_what_the_steps_before_have_left() -> None:
    def hangs_after_a_late_head(peer: Peer) -> None:
        peer.read_request()
        peer.wait(2)
        peer.send(HEAD + b"Content-Length: 1000\r\n\r\n")
        peer.hang()

    with talking_to(hangs_after_a_late_head, timeout=2.2) as (client, _):
        started = time.monotonic()
        failing(client.health)
        assert time.monotonic() - started < 4


def reads_nothing(peer: Peer) -> None:
    peer.hang()


def reads_in_sips(peer: Peer) -> None:
    while peer.read(300_000):
        peer.wait(0.05)


@pytest.mark.parametrize("play", [reads_nothing, reads_in_sips], ids=lambda play: play.__name__)
def test_no_slow_reader_holds_a_call_beyond_its_deadline(play: Play) -> None:
    photo = b"\xff\xd8\xff" + b"photo" * 4_000_000  # more than the system holds for a reader
    request = order_request(holder=Holder(PESEL, "Anna Maria", LAST_NAME, date(2002, 7, 8), photo))
    with talking_to(play, timeout=1) as (client, server):
        error = failing(lambda: client.submit(request))
        assert time.monotonic() - server.accepted[0] < 1 + IN_TIME
    assert type(error) is OutcomeUnknown


@pytest.mark.parametrize(
    ("status", "kind"),
    [("503 Busy", RetryLater), ("403 Forbidden", ForeignRefusal), ("422 No", ForeignRefusal)],
)
def test_a_status_that_says_enough_counts_without_its_page(status: str, kind: type[MdokumentyError]) -> None:
    def breaks_its_page(peer: Peer) -> None:
        peer.read_request()
        peer.send(f"HTTP/1.1 {status}\r\nContent-Length: 1000\r\n\r\n<html>".encode())
        peer.reset()

    with talking_to(breaks_its_page) as (client, _):
        assert type(failing(lambda: client.submit(order_request()))) is kind


def test_the_longest_answer_allowed_is_read() -> None:
    def play(peer: Peer) -> None:
        peer.read_request()
        peer.answer(PENDING + b" " * (ANSWER_MAX_BYTES - len(PENDING)))

    with talking_to(play) as (client, _):
        assert client.submit(order_request()).client_reference == REFERENCE


def test_an_answer_in_chunks_is_read_whole() -> None:
    def play(peer: Peer) -> None:
        peer.read_request()
        chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in PENDING)
        peer.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n")

    with talking_to(play) as (client, _):
        assert client.submit(order_request()).client_reference == REFERENCE


class TestConnections:
    def test_calls_one_after_the_other_share_a_connection(self) -> None:
        with talking_to(repeat(WELL)) as (client, server):
            for _ in range(3):
                client.health()
            assert server.connections == 1

    def test_an_unreadable_answer_or_an_error_does_not_cost_the_connection(self) -> None:
        def play(peer: Peer) -> None:
            peer.read_request()
            peer.answer(b"garbage")
            peer.read_request()
            peer.answer(b"busy", "503 Busy")
            peer.read_request()
            peer.answer(WELL)

        with talking_to(play) as (client, server):
            failing(client.health)
            failing(client.health)
            client.health()
            assert server.connections == 1

    def test_a_connection_closed_while_idle_is_replaced_and_nothing_is_unknown(self) -> None:
        closed = threading.Event()

        def answers_and_closes(peer: Peer) -> None:
            peer.read_request()
            peer.answer(PENDING)
            peer.close()
            closed.set()

        with talking_to(answers_and_closes) as (client, server):
            for _ in range(3):
                client.submit(order_request())
                assert closed.wait(5)
                closed.clear()
            assert server.connections == 3

    def test_a_request_that_crosses_with_the_closing_is_unknown_and_not_repeated(self) -> None:
        def answers_one_and_swallows_one(peer: Peer) -> None:
            peer.read_request()
            peer.answer(PENDING)
            peer.read_request()

        with talking_to(answers_one_and_swallows_one, repeat(PENDING)) as (client, server):
            client.submit(order_request())
            error = failing(lambda: client.submit(order_request()))
            assert len(server.requests) == 2
        assert type(error) is OutcomeUnknown

    def test_after_a_timeout_the_next_call_does_not_get_the_late_answer(self) -> None:
        def answers_late(peer: Peer) -> None:
            peer.read_request()
            time.sleep(1.5)
            peer.answer(json.dumps(pending(order_id="mD-late")).encode())

        with talking_to(answers_late, repeat(PENDING), timeout=1) as (client, _):
            assert type(failing(lambda: client.submit(order_request()))) is OutcomeUnknown
            time.sleep(1)
            assert client.submit(order_request()).order_id != "mD-late"

    def test_threads_work_side_by_side_over_no_more_connections_than_allowed(self) -> None:
        four = threading.Barrier(4)

        def answers_when_four_ask(peer: Peer) -> None:
            while peer.read_request():
                four.wait(IN_TIME)
                peer.answer(WELL)

        with talking_to(answers_when_four_ask, connections=4) as (client, server):
            with ThreadPoolExecutor(16) as threads:
                list(threads.map(lambda _: client.health(), range(32)))
            assert server.open_at_most == 4

    def test_a_slow_call_of_one_thread_does_not_shorten_anothers(self) -> None:
        def hangs_or_answers_after_a_moment(peer: Peer) -> None:
            if b"/v1/orders" in peer.read_request():
                peer.hang()
            time.sleep(2)
            peer.answer(WELL)

        with talking_to(hangs_or_answers_after_a_moment, timeout=3) as (client, _):
            slow = threading.Thread(target=lambda: failing(lambda: client.find(REFERENCE)))
            slow.start()
            time.sleep(1.5)
            client.health()
            slow.join(IN_TIME)


class TestNothingHidden:
    def test_a_proxy_in_the_environment_is_not_used(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with ScriptedServer(repeat(b"proxy")) as proxy:
            for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
                monkeypatch.setenv(name, proxy.url)
            monkeypatch.delenv("no_proxy", raising=False)
            monkeypatch.delenv("NO_PROXY", raising=False)
            with talking_to(repeat(WELL)) as (client, _):
                client.health()
            assert proxy.connections == 0

    def test_a_cookie_is_not_brought_back(self) -> None:
        def sets_a_cookie(peer: Peer) -> None:
            while peer.read_request():
                peer.answer(WELL, "200 OK", "Set-Cookie: session=1; Path=/")

        with talking_to(sets_a_cookie) as (client, server):
            client.health()
            client.health()
            assert b"cookie" not in server.requests[1].lower()
