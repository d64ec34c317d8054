"""Markers of shared storage: a file that all machines have to see, because its text is in the database.

The process that starts first writes it. One that reads another text, or none, has a disk of its own: what the web
stores there no worker finds.
"""

import logging
import platform
from datetime import timedelta
from secrets import token_hex

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import DatabaseError, transaction
from django.db.models.functions import Now

from operations.models import StorageMarker
from students.shared_storage import MARKER, SHARED

logger = logging.getLogger(__name__)
NOT_SHARED, UNREADABLE = "not shared", "unreadable"
_SETTLES = timedelta(seconds=40)  # for so long a file system in the net may show what was there before


def check(storage: str) -> str:
    """Return "ok", "not shared" or "unreadable" for a storage as this machine sees it; write the first marker.

    Raises DatabaseError.
    """
    try:
        if _holds(storage, _marker(storage).text):
            return "ok"
        return "ok" if _is_settling(storage) else NOT_SHARED
    except DatabaseError:
        raise
    except Exception as error:  # noqa: BLE001 -- a store in the net has errors of its own
        logger.warning("the storage %s cannot be read: %s", storage, type(error).__name__)
        return UNREADABLE


@transaction.atomic
def renew(storage: str) -> None:
    """Write a new marker, where this machine has the storage that all are to share. Raises OSError, DatabaseError."""
    written = {"text": token_hex(16), "written_by": platform.node(), "written_at": Now()}
    marker, _is_new = StorageMarker.objects.update_or_create(storage=storage, defaults=written)
    _write(storage, marker.text)  # who reads meanwhile waits for the row (`_is_settling`)


def check_all() -> dict[str, str]:
    """Return what `check` finds for each shared storage."""
    return {storage: check(storage) for storage in SHARED}


@transaction.atomic
def _marker(storage: str) -> StorageMarker:
    """Return the marker; write the first one. Its row is there when its file is, and neither where that fails.

    A second process that starts at the same moment waits at the row for the end of this transaction.
    """
    marker, is_new = StorageMarker.objects.get_or_create(
        storage=storage,
        defaults={"text": token_hex(16), "written_by": platform.node(), "written_at": Now()},
    )
    if is_new:
        _write(storage, marker.text)
    return marker


def _holds(storage: str, text: str) -> bool:
    try:
        with storages[storage].open(MARKER) as file:
            return bool(file.read().decode(errors="replace") == text)
    except FileNotFoundError:
        return False


@transaction.atomic
def _is_settling(storage: str) -> bool:
    """Return whether the marker was written just now; one that is being written is waited for."""
    StorageMarker.objects.select_for_update().get(storage=storage)
    return StorageMarker.objects.filter(storage=storage, written_at__gt=Now() - _SETTLES).exists()


def _write(storage: str, text: str) -> None:
    files = storages[storage]
    if files.exists(MARKER):
        files.delete(MARKER)
    files.save(MARKER, ContentFile(text.encode()))
