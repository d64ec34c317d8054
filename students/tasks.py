"""Celery tasks of the students app."""

from celery import shared_task
from django.utils import timezone

from students import job_files, jobs, photos, retention
from students.importing.undo.records import delete_old_records


@shared_task(name="students.run_jobs")
def run_jobs() -> None:
    """Run due background jobs for a while; the next tick continues."""
    jobs.run_due()


@shared_task(name="students.delete_replaced_photos")
def delete_replaced_photos() -> int:
    """Delete photos that nothing refers to; return how many."""
    return photos.delete_replaced_photos()


@shared_task(name="students.delete_orphaned_photos")
def delete_orphaned_photos() -> int:
    """Delete files of photos that no row names; return how many."""
    return photos.delete_orphaned_files(timezone.now())


@shared_task(name="students.delete_imported_changes")
def delete_imported_changes() -> int:
    """Delete what was kept for undoing imports that cannot be undone any more; return how many."""
    return delete_old_records(timezone.now())


@shared_task(name="students.delete_job_files")
def delete_job_files() -> int:
    """Delete old files of background jobs; return how many."""
    return job_files.delete_old_files(timezone.now())


@shared_task(name="students.apply_retention")
def apply_retention() -> int:
    """Delete, or make nobody's, what is kept no longer; return of how many rows."""
    now = timezone.now()
    done = retention.apply_retention(now, stop_at=now + retention.LONGEST_NIGHT)
    return sum(number for _name, number in done)
