"""Periodic tasks."""

from celery import shared_task
from django.utils import timezone

from usos_api.models import AccessToken, RequestToken


@shared_task(name="usos_api.delete_request_tokens")
def delete_request_tokens() -> int:
    """Delete request tokens some time after their end; return how many."""
    return RequestToken.objects.delete_old(timezone.now())


@shared_task(name="usos_api.delete_access_tokens")
def delete_access_tokens() -> int:
    """Delete access tokens some time after their end; return how many."""
    return AccessToken.objects.delete_old(timezone.now())
