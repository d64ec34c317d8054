"""App of notifications."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    """Messages to students: in the portal, by e-mail and on their phones."""

    name = "notifications"
    verbose_name = _("Powiadomienia")

    def ready(self) -> None:
        """Register the audit of devices, the count of unread messages on the student's page, and the permissions."""
        from mdocs.page import page_state
        from notifications import roles
        from notifications.messages.unread import unread_of_student
        from notifications.push import audit

        audit.register()
        page_state.register_annotation("unread_messages", unread_of_student)
        post_migrate.connect(roles.grant_own, sender=self)
