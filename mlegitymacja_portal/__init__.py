"""Project: settings, system checks, URLs, the Celery app, health."""

from mlegitymacja_portal.celery import app as celery_app

__all__ = ["celery_app"]
