"""Storage of what a page says once (setting MESSAGE_STORAGE): Django's, in a cookie named as the others are."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage


class MessageStorage(CookieStorage):
    """Message storage whose cookie, in production, no other host of the university can set."""

    cookie_name = settings.MESSAGES_COOKIE_NAME
