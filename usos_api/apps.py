"""App config of the USOS API."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class UsosApiConfig(AppConfig):
    """Consumers, their tokens, and users' consents."""

    name = "usos_api"
    verbose_name = _("API dla aplikacji (USOS API)")

    def ready(self) -> None:
        """Declare the methods, register audited models, and connect the roles' permissions."""
        from students import data_copy, erasure
        from usos_api import account_security, audit, roles, services  # noqa: F401  # methods declare themselves
        from usos_api.data_copy import applications_of
        from usos_api.models import AccessToken, Consent, RequestToken

        account_security.connect()
        audit.register()
        erasure.register_rows_of_account(AccessToken, RequestToken, Consent)
        data_copy.register("applications", applications_of)
        post_migrate.connect(roles.grant_own, sender=self)
