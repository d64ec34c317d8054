"""Celery tasks of operations."""

from celery import shared_task

from operations import watch


@shared_task(name="operations.watch")
def look_after_the_portal() -> None:
    """Make the checks, keep the alarms and mail them."""
    watch.run()
