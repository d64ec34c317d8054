"""Django's admin as the dean's office: its site is `mlegitymacja_portal.admin_site.Office`."""

from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    """The admin with a front page of its own."""

    default_site = "mlegitymacja_portal.admin_site.Office"
