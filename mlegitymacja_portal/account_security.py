"""Devices with notifications as the security page counts them: `accounts` and `notifications` know nothing of each
other."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.security import Link, link
from notifications.push.models import Subscription
from students.models import User


@link
def devices_of(user: User) -> Link:
    """Return how many browsers of a student have notifications turned on."""
    count = Subscription.objects.of_user(user).count()
    return Link(_("Urządzenia z powiadomieniami"), count, reverse("notifications:message_settings"))
