"""What only time asks for."""

from celery import shared_task
from django.utils import timezone

from api.models import Delivery, IdempotentResponse, Token
from api.webhooks.worker import WebhookWorker


@shared_task(name="api.housekeeping")
def housekeeping() -> None:
    """Delete tokens that have been over for a while, answers that nobody asks for again, and what was told long ago."""
    now = timezone.now()
    Token.objects.delete_old(now)
    IdempotentResponse.objects.too_old(now).delete()
    Delivery.objects.delete_old(now)


@shared_task(name="api.send_webhooks")
def send_webhooks() -> None:
    """Send the webhooks that are due."""
    WebhookWorker().run()
