"""Uploaded files of imports, in the private storage of jobs, under random names."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from django.core.files.base import File
from django.utils.translation import gettext_lazy as _

from students.after_commit import run_after_commit
from students.jobs import JobFailed
from students.models import Job
from students.models.jobs import job_storage, random_name

FILE_GONE = _("Plik został już usunięty. Wczytaj go jeszcze raz.")


def store_file(file: File[Any]) -> str:
    """Store a file, from its beginning, and return its name."""
    return str(job_storage().save(random_name(Job(), ""), file))


def is_stored(name: str) -> bool:
    """Return whether a stored file still exists."""
    return job_storage().exists(name)


@contextmanager
def open_stored(name: str | None) -> Iterator[IO[bytes]]:
    """Open a stored file. Raises JobFailed where it is gone."""
    try:
        kept = job_storage().open(name or "")
    except (OSError, ValueError):
        raise JobFailed(str(FILE_GONE)) from None
    with kept:
        if kept.file:
            yield kept.file


def delete_after_commit(*names: str | None) -> None:
    """Delete files after the current transaction is committed."""
    for name in filter(None, names):
        run_after_commit(job_storage().delete, name)
