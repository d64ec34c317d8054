"""Celery tasks of accounts."""

from celery import shared_task
from django.utils import timezone

from accounts import emails
from accounts.models import AccountEvent, KnownDevice
from accounts.sessions import SessionStore


@shared_task(name="accounts.clear_sessions")
def clear_sessions() -> None:
    """Delete expired sessions."""
    SessionStore.clear_expired()


@shared_task(name="accounts.send_emails")
def send_emails() -> None:
    """Send the e-mails that are due."""
    emails.run()


@shared_task(name="accounts.delete_events")
def delete_events() -> int:
    """Delete old events of accounts; return how many."""
    return AccountEvent.objects.delete_old(timezone.now())


@shared_task(name="accounts.delete_devices")
def delete_devices() -> int:
    """Delete devices in which nobody has signed in for long; return how many."""
    return KnownDevice.delete_old(timezone.now())
