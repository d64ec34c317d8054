"""Devices of a student: subscribing a browser, following it to another endpoint."""

from django.db import transaction

from notifications.push import vapid
from notifications.push.models import Address, PushDelivery, PushService, Subscription, fingerprint_of
from notifications.push.services import origin_of
from students.models import Student

MAX_DEVICES = 10  # of one student; the oldest makes room


@transaction.atomic
def subscribe(student: Student, address: Address, name: str, *, instead_of: str = "") -> Subscription:
    """Subscribe a browser to a student's messages, instead of the student who used it before.

    Idempotent. A new subscription is sent a greeting, which shows that it works. The browser's previous endpoint
    (`instead_of`) is deleted. Raises ValueError for an address at an unknown push service.
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
            "address": Subscription.serialize(address),
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
    """Replace the endpoint of a browser's subscription; return False if the old endpoint is unknown.

    Knowing the old endpoint, long and random, authenticates the browser. Raises ValueError for an address at an unknown
    push service.
    """
    found = Subscription.objects.select_for_update().filter(fingerprint=fingerprint_of(old_endpoint)).first()
    if found is None:
        return False
    found.service, _made = PushService.objects.get_or_create(origin=origin_of(address.endpoint))
    found.fingerprint, found.address = address.fingerprint, Subscription.serialize(address)
    # The key stays: a browser requests the new endpoint with the key to which the old one was bound.
    Subscription.objects.filter(fingerprint=found.fingerprint).exclude(pk=found.pk).delete()
    found.save()
    return True
