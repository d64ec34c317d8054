"""Celery tasks of notifications."""

from celery import shared_task
from django.utils import timezone

from notifications import outbox
from notifications.messages import email_delivery
from notifications.messages.models import Message
from notifications.one_at_a_time import one_at_a_time
from notifications.push.models import PushDelivery, PushService
from notifications.push.worker import PushWorker


@shared_task(name="notifications.dispatch_events")
@one_at_a_time
def dispatch_events() -> None:
    """Create the messages and deliveries of new events."""
    outbox.dispatch()


@shared_task(name="notifications.send_emails")
@one_at_a_time
def send_emails() -> None:
    """Send the e-mails that are due."""
    email_delivery.run()


@shared_task(name="notifications.send_push")
@one_at_a_time
def send_push() -> None:
    """Send the push deliveries that are due."""
    PushWorker().run()


@shared_task(name="notifications.delete_messages")
def delete_messages() -> int:
    """Delete old messages; return how many."""
    return Message.objects.delete_old(timezone.now())


@shared_task(name="notifications.delete_push_deliveries")
def delete_push_deliveries() -> int:
    """Delete old push deliveries; return how many."""
    return PushDelivery.objects.delete_old(timezone.now())


@shared_task(name="notifications.delete_push_services")
def delete_push_services() -> int:
    """Delete push services without subscriptions; return how many.

    Their names come from browsers, so anybody can make up many.
    """
    return PushService.objects.filter(subscription__isnull=True).delete()[0]


# Task names of 0.1.0, for what was queued before an upgrade.
@shared_task(name="mdocs.tell")
def dispatch_events_0_1_0() -> None:
    """Run `dispatch_events`."""
    dispatch_events()


@shared_task(name="mdocs.notify")
def send_push_0_1_0() -> None:
    """Run `send_push`."""
    send_push()
