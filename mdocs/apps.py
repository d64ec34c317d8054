"""App of orders."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class MdocsConfig(AppConfig):
    """Orders, from the click to the phone."""

    name = "mdocs"
    verbose_name = _("mLegitymacje")

    def ready(self) -> None:
        """Listen to what happens to students and cards; have the breaker's row in every database.

        And make known what orders add to the work of `students`.
        """
        from mdocs import audit, roles
        from mdocs.entitlement import receivers, rules
        from mdocs.office import bulk_jobs, cohorts
        from students import jobs, key_rotation

        receivers.connect()
        audit.know_words()
        bulk_jobs.register()
        jobs.register(cohorts.KIND)
        key_rotation.register_companion(rules.preserve_fingerprints)
        post_migrate.connect(roles.grant_own, sender=self)
        post_migrate.connect(_make_the_breakers_row, sender=self)


def _make_the_breakers_row(sender: Any, using: str, **kwargs: Any) -> None:
    # After migrations, and after a flush as well: what only updates the row never finds none.
    sender.get_model("Breaker").objects.using(using).get_or_create(id=1)
