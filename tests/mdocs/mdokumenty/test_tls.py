"""Both sides show a certificate, or nothing is said."""

import json
import ssl
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from mdocs.mdokumenty import Cause, Mdokumenty, NotAccepted, OutcomeUnknown, RetryLater
from script.lib.authority import Authority

from .examples import REFERENCE, failing, order_request, pending
from .scripted import Peer, ScriptedServer, repeat

PENDING = json.dumps(pending()).encode()


@pytest.fixture(scope="module")
def ministry(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.new(tmp_path_factory.mktemp("tls") / "ministry")


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.new(tmp_path_factory.mktemp("tls") / "stranger")


@contextmanager
def server_of(
    ministry: Authority, certificate: tuple[str, str], tls: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3
) -> Iterator[ScriptedServer]:
    """Serve with this certificate, and ask clients for one of the ministry."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = context.maximum_version = tls
    context.load_cert_chain(*certificate)
    context.load_verify_locations(ministry.ca)
    context.verify_mode = ssl.CERT_REQUIRED
    with ScriptedServer(repeat(PENDING), tls=context) as server:
        yield server


both_versions = pytest.mark.parametrize("tls", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])


@both_versions
def test_with_both_certificates_an_order_goes_through(ministry: Authority, tls: ssl.TLSVersion) -> None:
    with (
        server_of(ministry, ministry.issue("server"), tls) as server,
        closing(
            Mdokumenty(server.url, timeout=5, certificate=ministry.issue("portal"), ca=ministry.ca)
        ) as client,
    ):
        for _ in range(3):
            assert client.submit(order_request()).client_reference == REFERENCE
        assert server.connections == 1, "kept alive"


@both_versions
@pytest.mark.parametrize(
    ("shown", "cause"),
    [
        ("none", Cause.OUR_CERTIFICATE_MISSING),
        ("a stranger's", Cause.OUR_CERTIFICATE_UNKNOWN),
        ("an expired one", Cause.OUR_CERTIFICATE_EXPIRED),
    ],
)
def test_without_a_certificate_that_the_server_accepts_nothing_is_done(
    ministry: Authority, stranger: Authority, tls: ssl.TLSVersion, shown: str, cause: Cause
) -> None:
    certificate = {
        "none": None,
        "a stranger's": stranger.issue("portal"),
        "an expired one": ministry.issue("old", first_day=-3, last_day=-1),
    }[shown]
    with (
        server_of(ministry, ministry.issue("server"), tls) as server,
        closing(Mdokumenty(server.url, timeout=5, certificate=certificate, ca=ministry.ca)) as client,
    ):
        error = failing(lambda: client.submit(order_request()))
        assert server.requests == []
    assert isinstance(error, NotAccepted)
    assert error.cause is cause


@pytest.mark.parametrize(
    ("shown", "cause"),
    [
        ("a stranger's", Cause.THEIR_CERTIFICATE_UNTRUSTED),
        ("another host's", Cause.THEIR_CERTIFICATE_OF_ANOTHER),
        ("an expired one", Cause.THEIR_CERTIFICATE_EXPIRED),
        ("one to come", Cause.THEIR_CERTIFICATE_EARLY),
    ],
)
def test_to_a_server_that_is_not_the_ministrys_nothing_is_said(
    ministry: Authority, stranger: Authority, shown: str, cause: Cause
) -> None:
    certificate = {
        "a stranger's": stranger.issue("server"),
        "another host's": ministry.issue("other", "127.0.0.2"),
        "an expired one": ministry.issue("old", first_day=-3, last_day=-1),
        "one to come": ministry.issue("early", first_day=1, last_day=3),
    }[shown]
    with (
        server_of(ministry, certificate) as server,
        closing(
            Mdokumenty(server.url, timeout=5, certificate=ministry.issue("portal"), ca=ministry.ca)
        ) as client,
    ):
        error = failing(lambda: client.submit(order_request()))
        assert server.requests == []
    assert isinstance(error, NotAccepted)
    assert error.cause is cause


def test_without_a_ca_of_its_own_the_systems_are_trusted_and_no_others(ministry: Authority) -> None:
    with (
        server_of(ministry, ministry.issue("server")) as server,
        closing(Mdokumenty(server.url, timeout=5, certificate=ministry.issue("portal"))) as client,
    ):
        error = failing(lambda: client.submit(order_request()))
    assert isinstance(error, NotAccepted)
    assert error.cause is Cause.THEIR_CERTIFICATE_UNTRUSTED


def test_a_server_that_speaks_no_tls_gets_nothing() -> None:
    def speaks_plainly(peer: Peer) -> None:
        peer.read(1000)
        peer.answer(PENDING)

    with (
        ScriptedServer(speaks_plainly) as server,
        closing(Mdokumenty(f"https://127.0.0.1:{server.port}", timeout=5)) as client,
    ):
        error = failing(lambda: client.submit(order_request()))
    assert type(error) is RetryLater
    assert (error.not_done, error.cause) == (True, Cause.TLS)


def test_a_handshake_that_never_ends_did_nothing() -> None:
    with (
        ScriptedServer(lambda peer: peer.hang()) as server,
        closing(Mdokumenty(f"https://127.0.0.1:{server.port}", timeout=0.4)) as client,
    ):
        started = time.monotonic()
        error = failing(lambda: client.submit(order_request()))
        assert time.monotonic() - started < 2
    assert type(error) is RetryLater
    assert error.not_done


def test_the_deadline_holds_over_tls_too(ministry: Authority) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*ministry.issue("server"))

    def drips(peer: Peer) -> None:
        peer.read_request()
        peer.drip(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1000)

    with (
        ScriptedServer(drips, tls=context) as server,
        closing(Mdokumenty(server.url, timeout=0.5, ca=ministry.ca)) as client,
    ):
        started = time.monotonic()
        error = failing(lambda: client.submit(order_request()))
        assert time.monotonic() - started < 2
    assert type(error) is OutcomeUnknown


def test_files_that_are_not_there_stop_the_portal_at_once(ministry: Authority, tmp_path: Path) -> None:
    absent = str(tmp_path / "absent.pem")
    with pytest.raises(OSError, match=r"No such file|absent"):
        Mdokumenty("https://127.0.0.1", timeout=1, ca=absent)
    with pytest.raises(OSError, match=r"No such file|absent"):
        Mdokumenty("https://127.0.0.1", timeout=1, certificate=(absent, absent), ca=ministry.ca)
