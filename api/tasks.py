"""What only time asks for."""

from celery import shared_task
from django.utils import timezone

from api.models import Remembered, Token


@shared_task(name="api.housekeeping")
def housekeeping() -> None:
    """Delete tokens that have been over for a while, and answers that nobody asks for again."""
    now = timezone.now()
    Token.objects.delete_old(now)
    Remembered.objects.too_old(now).delete()
