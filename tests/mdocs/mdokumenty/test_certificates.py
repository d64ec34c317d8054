"""How certificate, key and CA stand is read from their files, before a call fails by them."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from mdocs.mdokumenty import CertificateProblem, CertificateState, Mdokumenty, read_state
from script.lib.authority import Authority

P = CertificateProblem
NOW = datetime.now(UTC) + timedelta(hours=1)  # so that the last days have begun


@pytest.fixture(scope="module")
def ministry(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.new(tmp_path_factory.mktemp("certificates") / "ministry", last_day=400)


def state(ministry: Authority, pair: tuple[str, str], ca: str = "", now: datetime = NOW) -> CertificateState:
    return read_state(*pair, ca or ministry.ca, now)


def written(folder: Path, content: bytes) -> str:
    path = folder / "file.pem"
    path.write_bytes(content)
    return str(path)


def pem_of(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, password: bytes = b"") -> bytes:
    encryption = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)


def test_files_that_serve_have_no_problem_and_say_when_they_end(ministry: Authority) -> None:
    found = state(ministry, ministry.issue("portal", last_day=20))
    assert (found.problem, found.days_left(NOW)) == (None, 20)
    assert found.ca_not_after is not None
    assert found.not_after == found.ends_at
    assert abs(found.ca_not_after - NOW - timedelta(days=400)) < timedelta(hours=2)


def test_a_ca_that_ends_first_is_what_ends(ministry: Authority, tmp_path: Path) -> None:
    short = Authority.new(tmp_path / "short", last_day=5)
    found = state(ministry, ministry.issue("portal", last_day=20), short.ca)
    assert found.ends_at == found.ca_not_after
    assert found.days_left(NOW) == 5


def test_a_ca_without_end_has_one_that_every_time_zone_can_show(tmp_path: Path) -> None:
    last_day = (date(9999, 12, 31) - datetime.now(UTC).date()).days
    endless = Authority.new(tmp_path / "endless", last_day=last_day)
    found = read_state("", "", endless.ca, NOW)
    assert found.ends_at is not None
    assert (found.problem, found.ends_at.date()) == (None, date(9999, 12, 30))


def test_without_files_nothing_ends_and_nothing_is_wrong() -> None:
    assert read_state("", "", "", NOW) == CertificateState()
    assert CertificateState().days_left(NOW) is None


@pytest.mark.parametrize(
    ("first_day", "last_day", "problem"), [(-9, -1, P.EXPIRED), (1, 9, P.NOT_YET_VALID), (-9, 9, None)]
)
def test_a_certificate_outside_its_time(
    ministry: Authority, first_day: int, last_day: int, problem: P | None
) -> None:
    pair = ministry.issue("timed", first_day=first_day, last_day=last_day)
    found = state(ministry, pair)
    assert found.problem == problem
    assert found.not_after is not None
    assert found.days_left(NOW) == max(last_day, 0)


def test_a_chain_ends_with_its_first_certificate_that_ends(ministry: Authority, tmp_path: Path) -> None:
    certificate, key = ministry.issue("portal", last_day=20)
    short = Authority.new(tmp_path / "short", last_day=3)
    chain = written(tmp_path, Path(certificate).read_bytes() + Path(short.ca).read_bytes())
    assert state(ministry, (chain, key)).days_left(NOW) == 3


@pytest.mark.parametrize("content", [b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_files_that_are_no_pem(ministry: Authority, tmp_path: Path, content: bytes) -> None:
    certificate, key = ministry.issue("portal")
    broken = written(tmp_path, content)
    assert state(ministry, (broken, key)).problem == P.CERTIFICATE_UNREADABLE
    assert state(ministry, (certificate, broken)).problem == P.KEY_UNREADABLE
    assert state(ministry, (certificate, key), broken).problem == P.CA_UNREADABLE


def test_files_that_are_not_there(ministry: Authority, tmp_path: Path) -> None:
    certificate, key = ministry.issue("portal")
    absent = str(tmp_path / "absent.pem")
    assert state(ministry, (absent, key)).problem == P.CERTIFICATE_UNREADABLE
    assert state(ministry, (certificate, absent)).problem == P.KEY_UNREADABLE
    assert state(ministry, (certificate, key), absent).problem == P.CA_UNREADABLE


def test_keys_that_do_not_serve(ministry: Authority, tmp_path: Path) -> None:
    certificate, _key = ministry.issue("portal")
    for other, problem in [
        (pem_of(ec.generate_private_key(ec.SECP256R1())), P.NOT_A_PAIR),
        (pem_of(rsa.generate_private_key(65537, 2048)), P.NOT_A_PAIR),
        (pem_of(ec.generate_private_key(ec.SECP256R1()), b"a password"), P.KEY_UNREADABLE),
    ]:
        key = written(tmp_path, other)
        assert state(ministry, (certificate, key)).problem == problem
        with pytest.raises(OSError, match=r"\[(X509|SSL)"):  # and the client asks nobody for a password
            Mdokumenty("https://127.0.0.1", timeout=1, certificate=(certificate, key))


def test_of_a_ca_file_one_certificate_in_its_time_is_enough(ministry: Authority, tmp_path: Path) -> None:
    pair = ministry.issue("portal")
    old = Authority.new(tmp_path / "old", first_day=-9, last_day=-1)
    assert state(ministry, pair, old.ca).problem == P.CA_EXPIRED
    both = written(tmp_path, Path(old.ca).read_bytes() + Path(ministry.ca).read_bytes())
    assert state(ministry, pair, both).problem is None
