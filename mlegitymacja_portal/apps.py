"""Apps of the project: its system checks, and the admin with a site of its own."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class PortalConfig(AppConfig):
    """The project as an app, so that its system checks are found."""

    name = "mlegitymacja_portal"

    def ready(self) -> None:
        """Register the system checks, and what the security page counts."""
        from mlegitymacja_portal import account_security, checks, database_checks  # noqa: F401


class PortalAdminConfig(AdminConfig):
    """django.contrib.admin with `PortalAdminSite` as its site."""

    default_site = "mlegitymacja_portal.admin_site.PortalAdminSite"
