"""Periodic tasks."""

from celery import shared_task
from django.utils import timezone

from api.models import Delivery, IdempotentResponse, Token
from api.webhooks.worker import WebhookWorker
from notifications.one_at_a_time import one_at_a_time


@shared_task(name="api.delete_tokens")
def delete_tokens() -> int:
    """Delete tokens some time after their end; return how many."""
    return Token.objects.delete_old(timezone.now())


@shared_task(name="api.delete_idempotent_responses")
def delete_idempotent_responses() -> int:
    """Delete responses whose keys have expired; return how many."""
    return IdempotentResponse.objects.too_old(timezone.now()).delete()[0]


@shared_task(name="api.delete_webhook_deliveries")
def delete_webhook_deliveries() -> int:
    """Delete old webhook deliveries; return how many."""
    return Delivery.objects.delete_old(timezone.now())


@shared_task(name="api.send_webhooks")
@one_at_a_time
def send_webhooks() -> None:
    """Send the webhooks that are due."""
    WebhookWorker().run()
