"""Markers of shared storage: a file that all machines have to see, because its text is in the database.

The process that starts first writes it. One that reads another text, or none, has a disk of its own: what the web
stores there no worker finds.
"""

import logging
import platform
from secrets import token_hex

from django.core.files.base import ContentFile
from django.core.files.storage import storages

from operations.models import StorageMarker
from students.shared_storage import MARKER, SHARED

logger = logging.getLogger(__name__)
NOT_SHARED, UNREADABLE = "not shared", "unreadable"


def look(storage: str) -> str:
    """Return "ok", "not shared" or "unreadable" for a storage as this machine sees it; write the first marker.

    Raises DatabaseError.
    """
    marker, is_new = StorageMarker.objects.get_or_create(
        storage=storage, defaults={"text": token_hex(16), "written_by": platform.node()}
    )
    files = storages[storage]
    try:
        if is_new:
            _write(storage, marker.text)
        with files.open(MARKER) as file:
            return "ok" if file.read().decode(errors="replace") == marker.text else NOT_SHARED
    except FileNotFoundError:
        return NOT_SHARED
    except Exception as error:  # noqa: BLE001 -- a store in the net has errors of its own
        logger.warning("the storage %s cannot be read: %s", storage, type(error).__name__)
        return UNREADABLE


def renew(storage: str) -> None:
    """Write a new marker, where this machine has the storage that all are to share. Raises OSError, DatabaseError."""
    text = token_hex(16)
    _write(storage, text)
    StorageMarker.objects.update_or_create(
        storage=storage, defaults={"text": text, "written_by": platform.node()}
    )


def look_at_all() -> dict[str, str]:
    """Return what `look` finds for each shared storage."""
    return {storage: look(storage) for storage in SHARED}


def _write(storage: str, text: str) -> None:
    files = storages[storage]
    if files.exists(MARKER):
        files.delete(MARKER)
    files.save(MARKER, ContentFile(text.encode()))
