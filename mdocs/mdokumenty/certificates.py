"""Certificates: our own with its key, and the CA by which the server is known, as their files stand on disk.

OpenSSL itself judges whether they can be used, by the call with which the client loads them.
"""

import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from pathlib import Path

from cryptography import x509

from .schemas import LATEST_MOMENT


class Problem(StrEnum):
    """Reason why the files do not serve."""

    CERTIFICATE_UNREADABLE = "certificate_unreadable"
    CERTIFICATE_WEAK = "certificate_weak"
    KEY_UNREADABLE = "key_unreadable"
    NOT_A_PAIR = "not_a_pair"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    CA_UNREADABLE = "ca_unreadable"
    CA_EXPIRED = "ca_expired"


@dataclass(frozen=True, slots=True)
class CertificateState:
    """State of the files at one moment.

    `not_after` is when our certificate ends, or the first one of its chain; `ca_not_after` when the last certificate
    of the CA file does. Each is None where no file is set or it cannot be read. `problem` is None where all is well.
    """

    not_after: datetime | None = None
    ca_not_after: datetime | None = None
    problem: Problem | None = None

    @property
    def ends_at(self) -> datetime | None:
        """Moment from which one of the files does not serve any more."""
        return min(filter(None, (self.not_after, self.ca_not_after)), default=None)

    def days_left(self, now: datetime) -> int | None:
        """Return the days until `ends_at`, a day that has begun as a whole one; 0 after it, None where nothing ends."""
        return None if self.ends_at is None else max(ceil((self.ends_at - now) / timedelta(days=1)), 0)


def read_state(certificate: str, key: str, ca: str, now: datetime) -> CertificateState:
    """Read the files at these paths; an empty path stands for a file that is not set."""
    chain, authorities = _read(certificate), _read(ca)
    return CertificateState(
        not_after=min((_end_of(one) for one in chain), default=None),
        ca_not_after=max((_end_of(one) for one in authorities), default=None),
        problem=next(_problems(certificate, key, ca, chain, authorities, now), None),
    )


def tls_context(certificate: tuple[str, str] | None, ca: str | None) -> ssl.SSLContext:
    """Return the TLS settings of the client. Raises OSError (ssl.SSLError is one) if a file cannot be used."""
    context = ssl.create_default_context(cafile=ca)
    if certificate is not None:
        _load_pair(context, *certificate)
    return context


def _load_pair(context: ssl.SSLContext, certificate: str, key: str) -> None:
    """Load certificate and key. Raises OSError (ssl.SSLError is one) if they cannot be used."""
    # Without an answer of ours OpenSSL would ask the terminal for the password of an encrypted key.
    context.load_cert_chain(certificate, key, password=lambda: b"")


def _problems(
    certificate: str,
    key: str,
    ca: str,
    chain: Sequence[x509.Certificate],
    authorities: Sequence[x509.Certificate],
    now: datetime,
) -> Iterator[Problem]:
    if certificate:
        if not chain:
            yield Problem.CERTIFICATE_UNREADABLE
        elif problem := _problem_of_pair(certificate, key):
            yield problem
        if any(one.not_valid_after_utc < now for one in chain):
            yield Problem.EXPIRED
        if any(one.not_valid_before_utc > now for one in chain):
            yield Problem.NOT_YET_VALID
    if ca:
        if not authorities:
            yield Problem.CA_UNREADABLE
        elif all(one.not_valid_after_utc < now for one in authorities):
            yield Problem.CA_EXPIRED


def _problem_of_pair(certificate: str, key: str) -> Problem | None:
    # Of no authority: to read the system's, too, would take twenty times as long as the rest.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        _load_pair(context, certificate, key)
    except ssl.SSLError as error:
        reason = error.reason or ""
        if reason in {"KEY_VALUES_MISMATCH", "KEY_TYPE_MISMATCH", "NO_CERTIFICATE_ASSIGNED"}:
            return Problem.NOT_A_PAIR
        is_weak = reason.endswith(("_TOO_SMALL", "_TOO_WEAK"))
        return Problem.CERTIFICATE_WEAK if is_weak else Problem.KEY_UNREADABLE
    except OSError:
        return Problem.KEY_UNREADABLE
    return None


def _end_of(certificate: x509.Certificate) -> datetime:
    """Return when a certificate ends; one without end has 9999-12-31 23:59:59 (RFC 5280, 4.1.2.5)."""
    return min(certificate.not_valid_after_utc, LATEST_MOMENT)


def _read(path: str) -> list[x509.Certificate]:
    """Return the certificates of a PEM file; none if it cannot be read, or no path is given."""
    if not path:
        return []
    try:
        return x509.load_pem_x509_certificates(Path(path).read_bytes())
    except (OSError, ValueError):
        return []
