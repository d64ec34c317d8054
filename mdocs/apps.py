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
        """Listen to what happens to students and cards; have the breaker's rows in every database.

        And make known what orders add to the work of `students`.
        """
        from mdocs import audit, roles
        from mdocs.entitlement import forecasts, receivers, rules
        from mdocs.entitlement.card_documents import CardDocuments
        from mdocs.office import bulk_jobs, cohorts, confirmations
        from mdocs.orders import retention
        from mdocs.page.data_copy import orders_of
        from students import data_copy, jobs, key_rotation
        from students.cards import documents
        from students.importing.forecasts import register_forecaster

        receivers.connect()
        retention.register()
        data_copy.register("orders", orders_of)
        audit.register_labels()
        bulk_jobs.register()
        for kind in (cohorts.KIND, *confirmations.KINDS):
            jobs.register(kind)
        documents.register(CardDocuments())
        register_forecaster(forecasts.endings_of)
        key_rotation.register_companion(rules.preserve_fingerprints)
        post_migrate.connect(roles.grant_own, sender=self)
        post_migrate.connect(_make_the_breakers_rows, sender=self)


def _make_the_breakers_rows(sender: Any, using: str, **kwargs: Any) -> None:
    from mdocs.querysets import Lane

    # After migrations, and after a flush as well: what only updates the rows never finds none. The models are those of
    # the migrations that have run: where those are not all, the rows wait for the rest.
    rows = kwargs.get("apps", sender.apps).all_models["mdocs"].get("breaker")
    if rows is not None and any(field.name == "lane" for field in rows._meta.fields):
        rows.objects.using(using).bulk_create([rows(lane=lane) for lane in Lane], ignore_conflicts=True)
