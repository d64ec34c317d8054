"""Certificate for mDokumenty: how this installation's files stand, for checks, health, the admin and doctor."""

from datetime import datetime

from django.conf import settings
from django.utils import timezone

from mdocs import mdokumenty as md


def certificate_state(now: datetime | None = None) -> md.CertificateState:
    """Return how certificate, key and CA stand, read from their files at each call (a millisecond)."""
    return md.read_state(
        settings.MDOKUMENTY_CERTIFICATE,
        settings.MDOKUMENTY_KEY,
        settings.MDOKUMENTY_CA,
        now or timezone.now(),
    )
