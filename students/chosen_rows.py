"""Rows chosen in a list for a background job, by their keys in the job's file.

Which they are is settled when the job is started: what comes to match a filter later is not among them.
"""

from collections.abc import Iterable

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _

from students import jobs
from students.models import Job

_DIGITS = 19  # of the largest key of PostgreSQL's bigint
_LINE = _DIGITS + 1


def keys_file(keys: Iterable[int]) -> ContentFile[bytes]:
    """Return the keys as a file for a job: a line each, all of one length."""
    return ContentFile("".join(f"{key:0{_DIGITS}}\n" for key in keys).encode())


def count_keys(job: Job) -> int:
    """Return how many rows were chosen. Raises JobFailed where the file is gone."""
    try:
        return int(job.file.size) // _LINE
    except FileNotFoundError:
        raise _gone() from None


def read_keys(job: Job, begin: int, most: int) -> tuple[list[int], int | None]:
    """Return up to `most` keys from the one at `begin` on, and where the next ones begin: None after the last.

    Raises JobFailed where the file is gone.
    """
    try:
        with job.file.open("rb") as file:
            file.seek(begin * _LINE)
            read = file.read(most * _LINE)
            is_last = not file.read(1)
    except FileNotFoundError:
        raise _gone() from None
    keys = [int(line) for line in read.split()]
    return keys, None if is_last else begin + len(keys)


def _gone() -> jobs.JobFailed:
    return jobs.JobFailed(_("Nie ma już pliku z listą. Zleć zadanie od nowa."))
