"""Causes: why a call got no answer of mDokumenty's own, as precisely as the network, TLS and HTTP tell it."""

import socket
import ssl
from enum import StrEnum

import httpcore

from .words import loggable


class Cause(StrEnum):
    """Cause of a failed call. `OUR_` is about the certificate that we show, `THEIR_` about the server's."""

    NAME_NOT_FOUND = "name_not_found"
    CONNECTION_REFUSED = "connection_refused"
    NO_ROUTE = "no_route"
    TIMEOUT = "timeout"
    CONNECTION_LOST = "connection_lost"
    TLS = "tls"
    OUR_CERTIFICATE_EXPIRED = "our_certificate_expired"
    OUR_CERTIFICATE_REVOKED = "our_certificate_revoked"
    OUR_CERTIFICATE_MISSING = "our_certificate_missing"
    OUR_CERTIFICATE_UNKNOWN = "our_certificate_unknown"
    THEIR_CERTIFICATE_EXPIRED = "their_certificate_expired"
    THEIR_CERTIFICATE_EARLY = "their_certificate_early"
    THEIR_CERTIFICATE_OF_ANOTHER = "their_certificate_of_another"
    THEIR_CERTIFICATE_UNTRUSTED = "their_certificate_untrusted"
    UNAUTHORISED = "unauthorised"  # 401
    FORBIDDEN = "forbidden"  # 403
    FOREIGN_REFUSAL = "foreign_refusal"  # a 4xx that is not mDokumenty's
    FOREIGN_ANSWER = "foreign_answer"  # another answer that is not mDokumenty's
    UNREADABLE = "unreadable"
    SERVER_ERROR = "server_error"  # 5xx
    BUSY = "busy"  # 408, 425, 429
    UNWELL = "unwell"  # by its own health check
    MISTAKES = "mistakes"  # different orders, one after the other, refused as wrong requests
    ALIKE = "alike"  # different holders, one after the other, refused with the same code
    UNKNOWN = "unknown"


CERTIFICATE_CAUSES = frozenset(cause for cause in Cause if cause.startswith(("our_", "their_")))

# In TLS 1.3 a server judges our certificate after the handshake: these come in place of an answer.
_ALERTS_ABOUT_OURS = {
    "SSLV3_ALERT_BAD_CERTIFICATE": Cause.OUR_CERTIFICATE_UNKNOWN,
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": Cause.OUR_CERTIFICATE_EXPIRED,
    "SSLV3_ALERT_CERTIFICATE_REVOKED": Cause.OUR_CERTIFICATE_REVOKED,
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": Cause.OUR_CERTIFICATE_UNKNOWN,
    # How servers of TLS 1.2 say that they got no certificate.
    "SSLV3_ALERT_HANDSHAKE_FAILURE": Cause.OUR_CERTIFICATE_MISSING,
    "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE": Cause.OUR_CERTIFICATE_UNKNOWN,
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": Cause.OUR_CERTIFICATE_MISSING,
    "TLSV1_ALERT_ACCESS_DENIED": Cause.OUR_CERTIFICATE_UNKNOWN,
    "TLSV1_ALERT_UNKNOWN_CA": Cause.OUR_CERTIFICATE_UNKNOWN,
}
# X509_V_ERR_… of OpenSSL.
_VERDICTS_ON_THEIRS = {
    9: Cause.THEIR_CERTIFICATE_EARLY,
    10: Cause.THEIR_CERTIFICATE_EXPIRED,
    62: Cause.THEIR_CERTIFICATE_OF_ANOTHER,
    64: Cause.THEIR_CERTIFICATE_OF_ANOTHER,
}


def is_alert_about_ours(error: BaseException | None) -> bool:
    """Say whether an error of TLS is the server's word about our certificate."""
    return isinstance(error, ssl.SSLError) and error.reason in _ALERTS_ABOUT_OURS


def cause_of(error: Exception) -> Cause:
    """Return the cause of a failure of the transport, from the exception at the bottom of it."""
    below: BaseException = error
    while (deeper := below.__cause__ or below.__context__) is not None:
        below = deeper
    if isinstance(below, ssl.SSLCertVerificationError):
        return _VERDICTS_ON_THEIRS.get(below.verify_code, Cause.THEIR_CERTIFICATE_UNTRUSTED)
    if isinstance(below, ssl.SSLError):
        return _ALERTS_ABOUT_OURS.get(below.reason or "", Cause.TLS)
    if isinstance(error, httpcore.TimeoutException):
        return Cause.TIMEOUT
    if isinstance(below, socket.gaierror | UnicodeError):
        return Cause.NAME_NOT_FOUND
    if isinstance(below, ConnectionRefusedError):
        return Cause.CONNECTION_REFUSED
    return Cause.NO_ROUTE if isinstance(error, httpcore.ConnectError) else Cause.CONNECTION_LOST


def server_name(header: str | None) -> str:
    """Return what a `Server` header names first, without its version; empty if it may be anything else."""
    product = (header or "").split("/")[0].split(" ")[0]
    return product if product and loggable(product) == product else ""
