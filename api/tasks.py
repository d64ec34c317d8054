"""Periodic tasks."""

from celery import shared_task
from django.utils import timezone

from api.models import Delivery, IdempotentResponse, Token
from api.webhooks.worker import WebhookWorker
from notifications.one_at_a_time import one_at_a_time


@shared_task(name="api.housekeeping")
def housekeeping() -> None:
    """Delete expired tokens, expired idempotent responses, and old webhook deliveries."""
    now = timezone.now()
    Token.objects.delete_old(now)
    IdempotentResponse.objects.too_old(now).delete()
    Delivery.objects.delete_old(now)


@shared_task(name="api.send_webhooks")
@one_at_a_time
def send_webhooks() -> None:
    """Send the webhooks that are due."""
    WebhookWorker().run()
