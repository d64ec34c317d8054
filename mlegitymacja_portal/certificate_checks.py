"""System checks of the certificate for mDokumenty, its key and the CA: no order gets through with files that do not
serve."""

from collections.abc import Iterator

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.utils import timezone

from mdocs.mdokumenty import CertificateProblem, read_state

_NEW_ONE = "Get a new certificate from the ministry and put its files there (docs/runbook.md, Keys)."
_PEM = "It has to be PEM, and this process has to be allowed to read it."
_PROBLEMS = {
    CertificateProblem.CERTIFICATE_UNREADABLE: ("MDOKUMENTY_CERTIFICATE cannot be read.", _PEM),
    CertificateProblem.CERTIFICATE_WEAK: (
        "MDOKUMENTY_CERTIFICATE has a key or signature that OpenSSL finds too weak.",
        _NEW_ONE,
    ),
    CertificateProblem.KEY_UNREADABLE: (
        "MDOKUMENTY_KEY cannot be read.",
        f"{_PEM} A key with a password cannot be used: nobody is there to type it.",
    ),
    CertificateProblem.NOT_A_PAIR: (
        "MDOKUMENTY_CERTIFICATE and MDOKUMENTY_KEY do not belong together.",
        "Set the key with which this certificate was requested.",
    ),
    CertificateProblem.NOT_YET_VALID: (
        "MDOKUMENTY_CERTIFICATE is not valid yet.",
        "Is the clock right? Else use the former one until then.",
    ),
    CertificateProblem.EXPIRED: ("MDOKUMENTY_CERTIFICATE is not valid any more.", _NEW_ONE),
    CertificateProblem.CA_UNREADABLE: ("MDOKUMENTY_CA cannot be read.", _PEM),
    CertificateProblem.CA_EXPIRED: (
        "MDOKUMENTY_CA holds no certificate that is still valid.",
        "Get the ministry's new one, or unset it to trust those of the system.",
    ),
}


def problems() -> Iterator[CheckMessage]:
    """Judge the files: an error in production, which stops the start, else a warning."""
    state = read_state(
        settings.MDOKUMENTY_CERTIFICATE, settings.MDOKUMENTY_KEY, settings.MDOKUMENTY_CA, timezone.now()
    )
    if state.problem:
        message, hint = _PROBLEMS[state.problem]
        if settings.PRODUCTION:
            yield Error(message, hint=hint, id="mlegitymacja.E030")
        else:
            yield Warning(message, hint=hint, id="mlegitymacja.W030")
