"""Celery tasks of notifications: each hands over to the code that does the work."""

from celery import shared_task
from django.utils import timezone

from notifications.messages import worker
from notifications.push.models import PushDelivery, PushService
from notifications.push.worker import PushWorker


@shared_task(name="notifications.send_messages")
def send_messages() -> None:
    """Write the messages that new events lead to, and send the e-mails that are due."""
    worker.run()


@shared_task(name="notifications.send_push")
def send_push() -> None:
    """Send to phones what is due."""
    PushWorker().run()


@shared_task(name="notifications.housekeeping")
def housekeeping() -> None:
    """Delete messages and deliveries that are old, and push services that no device uses."""
    now = timezone.now()
    worker.delete_old(now)
    PushDelivery.objects.delete_old(now)
    # Their names come from browsers, so whoever likes can make up many.
    PushService.objects.filter(subscription__isnull=True).delete()


# The names of 0.1.0: what was queued under them before an upgrade is carried out after it.
@shared_task(name="mdocs.tell")
def tell() -> None:
    """Do what `send_messages` does."""
    send_messages()


@shared_task(name="mdocs.notify")
def notify() -> None:
    """Do what `send_push` does."""
    send_push()
