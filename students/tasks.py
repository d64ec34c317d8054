"""Thin Celery tasks."""

from celery import shared_task

from students import jobs


@shared_task(name="students.run_jobs")
def run_jobs() -> None:
    """Work on the long jobs of the dean's office, for a while; the next tick goes on."""
    jobs.run_due()
