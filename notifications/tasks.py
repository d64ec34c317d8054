"""Celery tasks of notifications."""

from celery import shared_task
from django.utils import timezone

from notifications.messages import worker
from notifications.push.models import PushDelivery, PushService
from notifications.push.worker import PushWorker


@shared_task(name="notifications.send_messages")
def send_messages() -> None:
    """Create the messages of new events, and send the e-mails that are due."""
    worker.run()


@shared_task(name="notifications.send_push")
def send_push() -> None:
    """Send the push deliveries that are due."""
    PushWorker().run()


@shared_task(name="notifications.housekeeping")
def housekeeping() -> None:
    """Delete old messages and deliveries, and push services without subscriptions."""
    now = timezone.now()
    worker.delete_old(now)
    PushDelivery.objects.delete_old(now)
    # Their names come from browsers, so anybody can make up many.
    PushService.objects.filter(subscription__isnull=True).delete()


# Task names of 0.1.0, for what was queued before an upgrade.
@shared_task(name="mdocs.tell")
def send_messages_0_1_0() -> None:
    """Run `send_messages`."""
    send_messages()


@shared_task(name="mdocs.notify")
def send_push_0_1_0() -> None:
    """Run `send_push`."""
    send_push()
