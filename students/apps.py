"""The students app: who somebody is, and what they have a right to."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class StudentsConfig(AppConfig):
    """Know students, their studies and their cards; know nothing of orders."""

    name = "students"
    verbose_name = _("Studenci")

    def ready(self) -> None:
        """Have changes audited, the kinds of long work known, and the roles of the staff made after migrations."""
        from students import audit_log, extension_jobs, roles
        from students.importing import import_jobs

        audit_log.register()
        extension_jobs.register()
        import_jobs.register()
        post_migrate.connect(roles.grant_own, sender=self)
