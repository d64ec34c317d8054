"""A student's devices: turning messages on and off."""

from django.db import transaction

from notifications.push import vapid
from notifications.push.models import Address, PushDelivery, PushService, Subscription, fingerprint_of
from notifications.push.services import origin_of
from students.models import Student

MAX_DEVICES = 10  # devices of one student; the one that was turned on longest ago makes room

_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)
# In this order: most browsers name others beside themselves.
_BROWSERS = (
    ("SamsungBrowser/", "Samsung Internet"),
    ("OPR/", "Opera"),
    ("Edg", "Edge"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)


def device_name(user_agent: str) -> str:
    """Name a browser so that its owner knows it again among their few: "Chrome, Android"."""
    names = [
        next((name for sign, name in table if sign in user_agent), "") for table in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(filter(None, names)) or "?"


@transaction.atomic
def subscribe(student: Student, address: Address, name: str, *, instead_of: str = "") -> Subscription:
    """Have a student's messages shown by a browser from now on, and by none for whoever had it before.

    The browser is sent a greeting, so that everybody sees that it works. Turning on again changes nothing. An
    endpoint that it had before (`instead_of`) is forgotten. Raises ValueError for an address at no push service that we
    know.
    """
    service, _made = PushService.objects.get_or_create(origin=origin_of(address.endpoint))
    Subscription.objects.filter(fingerprint=address.fingerprint).exclude(student=student).delete()
    if instead_of and instead_of != address.endpoint:
        Subscription.objects.filter(student=student, fingerprint=fingerprint_of(instead_of)).delete()
    subscription, is_new = Subscription.objects.update_or_create(
        fingerprint=address.fingerprint,
        defaults={
            "student": student,
            "service": service,
            "address": Subscription.written(address),
            "key": vapid.public_key(),
            "name": name,
        },
    )
    if is_new:
        PushDelivery.objects.create(subscription=subscription)
        too_many = Subscription.objects.filter(student=student).order_by("-pk")[MAX_DEVICES:]
        Subscription.objects.filter(pk__in=too_many.values("pk")).delete()
    return subscription


@transaction.atomic
def replace_endpoint(old_endpoint: str, address: Address) -> bool:
    """Follow a browser whose push service has given it another address; False if we do not know the old one.

    That address, long and random, is known to this browser and to us alone: whoever tells it is that browser.
    """
    found = Subscription.objects.select_for_update().filter(fingerprint=fingerprint_of(old_endpoint)).first()
    if found is None:
        return False
    found.service, _made = PushService.objects.get_or_create(origin=origin_of(address.endpoint))
    found.fingerprint, found.address = address.fingerprint, Subscription.written(address)
    # Its key stays: a browser asks for the new address with the key to which the old one was bound.
    Subscription.objects.filter(fingerprint=found.fingerprint).exclude(pk=found.pk).delete()
    found.save()
    return True
