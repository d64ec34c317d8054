"""Celery tasks of the students app."""

from celery import shared_task

from students import jobs


@shared_task(name="students.run_jobs")
def run_jobs() -> None:
    """Run due background jobs for a while; the next tick continues."""
    jobs.run_due()
