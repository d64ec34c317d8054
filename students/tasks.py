"""Celery tasks of the students app."""

from celery import shared_task
from django.utils import timezone

from students import job_files, jobs, photos


@shared_task(name="students.run_jobs")
def run_jobs() -> None:
    """Run due background jobs for a while; the next tick continues."""
    jobs.run_due()


@shared_task(name="students.delete_replaced_photos")
def delete_replaced_photos() -> None:
    """Delete photos that nothing refers to."""
    photos.delete_replaced_photos()


@shared_task(name="students.delete_orphaned_photos")
def delete_orphaned_photos() -> None:
    """Delete files of photos that no row names."""
    photos.delete_orphaned_files(timezone.now())


@shared_task(name="students.delete_job_files")
def delete_job_files() -> None:
    """Delete old files of background jobs."""
    job_files.delete_old_files(timezone.now())
