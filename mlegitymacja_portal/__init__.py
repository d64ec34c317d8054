"""The project: settings, system checks, urls, the Celery app, health."""

from mlegitymacja_portal.celery import app as celery_app

__all__ = ["celery_app"]
