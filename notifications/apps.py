"""App of notifications."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    """App of messages to students: in the portal, by e-mail and on their phones."""

    name = "notifications"
    verbose_name = _("Powiadomienia")

    def ready(self) -> None:
        """Register the handlers of events, the audit of devices, the count of unread messages, and the permissions."""
        from mdocs.page import page_state, version
        from notifications import outbox, retention, roles
        from notifications.mailings import mailing_jobs
        from notifications.messages import creation
        from notifications.messages.unread import UNREAD, unread_count
        from notifications.push import audit, deliveries

        audit.register()
        retention.register()
        mailing_jobs.register()
        outbox.register_handler(creation.create_messages)
        outbox.register_handler(deliveries.create_deliveries)  # after the one that writes the messages
        page_state.register_annotation("unread_messages", unread_count)
        version.register_shown(UNREAD)
        post_migrate.connect(roles.grant_own, sender=self)
