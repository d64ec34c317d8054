"""Storage of files in a bucket of S3 or its kin, for several machines without a file system that all of them mount."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from s3transfer.exceptions import RetriesExceededError
from storages.backends.s3 import S3Storage

_MEMORY = 8 * 1024 * 1024  # bytes of a file that are kept in memory; the rest goes to a temporary file
_TIMEOUTS = {"connect_timeout": 5, "read_timeout": 20, "retries": {"max_attempts": 2}}  # seconds


@contextmanager
def _errors_of_files() -> Iterator[None]:
    """Have what goes wrong with a bucket be an OSError, as with a disk."""
    try:
        yield
    except (BotoCoreError, ClientError, RetriesExceededError) as error:  # the last: broken off on the way
        kind = FileNotFoundError if _is_absence(error) else OSError
        raise kind(f"the bucket: {type(error).__name__}") from error


def _is_absence(error: Exception) -> bool:
    return isinstance(error, ClientError) and error.response["Error"].get("Code") in {"404", "NoSuchKey"}


class BucketFiles(S3Storage):
    """Private files below `location` in a bucket; who uses them need not know that it is not a disk.

    `endpoint_url` is that of another service than Amazon's, which is asked by path. Every error is an OSError; a file
    that is not there a FileNotFoundError.
    """

    def __init__(self, **options: Any) -> None:
        style = "path" if options.get("endpoint_url") else "auto"
        own = Config(
            signature_version="s3v4",
            s3={"addressing_style": style},
            request_checksum_calculation="when_required",  # others than Amazon's know no other
            response_checksum_validation="when_required",
            **_TIMEOUTS,
        )
        super().__init__(**options, client_config=own, file_overwrite=False, max_memory_size=_MEMORY)

    def _open(self, name: str, mode: str = "rb") -> File[Any]:
        with _errors_of_files():
            file: Any = super()._open(name, mode)
            if "r" in mode:
                file.file  # noqa: B018 -- fetched now, so that reading it does not fail later
            return file  # type: ignore[no-any-return]

    def _save(self, name: str, content: Any) -> str:
        with _errors_of_files():
            return str(super()._save(name, content))

    def delete(self, name: str) -> None:
        """Delete a file; none that is not there."""
        with _errors_of_files():
            super().delete(name)

    def exists(self, name: str) -> bool:
        """Return whether there is a file of this name; folders are none."""
        with _errors_of_files():
            return bool(super().exists(name))

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """Return the names of folders and files in a folder; none for one that is not there."""
        with _errors_of_files():
            folders, files = super().listdir(path)
            return list(folders), list(files)

    def size(self, name: str) -> int:
        """Return the size of a file in bytes."""
        with _errors_of_files():
            return int(super().size(name))

    def get_modified_time(self, name: str) -> datetime:
        """Return when a file was written."""
        with _errors_of_files():
            written: datetime = super().get_modified_time(name)
            return written
