"""App config of students."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class StudentsConfig(AppConfig):
    """People, studies and cards; knows nothing of orders."""

    name = "students"
    verbose_name = _("Studenci")

    def ready(self) -> None:
        """Register audited models, job types and the record of periodic tasks, and create the staff roles and the
        canaries of the keys after migrations."""
        from students import audit_log, ending_jobs, extension_jobs, key_canaries, periodic, retention, roles
        from students.importing import import_jobs

        audit_log.register()
        extension_jobs.register()
        ending_jobs.register()
        import_jobs.register()
        periodic.connect()
        retention.register_own()
        post_migrate.connect(roles.grant_own, sender=self)
        post_migrate.connect(key_canaries.plant, sender=self)
