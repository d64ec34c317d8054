"""Periodic tasks."""

from celery import shared_task
from django.utils import timezone

from usos_api.models import AccessToken, RequestToken


@shared_task(name="usos_api.housekeeping")
def housekeeping() -> None:
    """Delete tokens some time after their end."""
    now = timezone.now()
    RequestToken.objects.delete_old(now)
    AccessToken.objects.delete_old(now)
