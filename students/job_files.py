"""Cleanup of the files of background jobs."""

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from students.file_deletion import delete_each, names_in
from students.models import Job
from students.models.jobs import job_storage
from students.shared_storage import MARKER

LEFT_BEHIND = timedelta(days=1)  # a file is stored before the job that names it


def delete_old_files(now: datetime | None = None) -> int:
    """Delete the stored files that no job needs any more; return how many. Raises as `delete_each` does.

    A job needs its file, and those that its parameters name, until `models.jobs.KEPT_AFTER_END` after its end: for as
    long it may be viewed and resumed. Files that no job names are deleted after a day.
    """
    now = now or timezone.now()
    over = Job.objects.over_for_good(now)
    needed = _files_of(Job.objects.exclude(pk__in=over.values("pk")))
    outlived = _files_of(over.exclude(file="").exclude(file=None))
    storage = job_storage()
    _, stored = names_in(storage, "")
    old = [
        name
        for name in set(stored) - needed - {MARKER}
        if name in outlived or storage.get_modified_time(name) < now - LEFT_BEHIND
    ]
    over.exclude(file="").exclude(file=None).update(file="")
    return delete_each(storage, old)


def _files_of(some: QuerySet[Job]) -> set[str]:
    rows = some.values_list("file", "parameters")
    return {name for file, more in rows for name in (file, *more.values()) if isinstance(name, str)}
