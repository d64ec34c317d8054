"""App of operations."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class OperationsConfig(AppConfig):
    """Signs of life, alarms and maintenance; knows all apps below it."""

    name = "operations"
    verbose_name = _("Utrzymanie portalu")

    def ready(self) -> None:
        """Give the groups their permissions, and have the watch's row, after migrations."""
        from operations import roles

        post_migrate.connect(roles.grant_own, sender=self)
        post_migrate.connect(_make_the_row_of_the_watch, sender=self)


def _make_the_row_of_the_watch(sender: Any, using: str, **kwargs: Any) -> None:
    # After a flush as well; the model is that of the migrations that have run.
    watch = kwargs.get("apps", sender.apps).all_models["operations"].get("watch")
    if watch is not None:
        watch.objects.using(using).bulk_create([watch()], ignore_conflicts=True)
