"""App config of the API."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ApiConfig(AppConfig):
    """Personal access tokens, idempotent responses and webhooks."""

    name = "api"
    verbose_name = _("API")

    def ready(self) -> None:
        """Register audited models, the OpenAPI authentication scheme, and the webhooks' event handler."""
        from api import account_security, audit, openapi, roles  # noqa: F401  # openapi registers itself
        from api.data_copy import tokens_of
        from api.models import IdempotentResponse, Token
        from api.webhooks import checks  # noqa: F401  # they register themselves
        from api.webhooks.deliveries import create_deliveries
        from notifications import outbox
        from students import data_copy, erasure

        account_security.connect()
        audit.register()
        erasure.register_rows_of_account(Token, IdempotentResponse)
        data_copy.register("tokens", tokens_of)
        outbox.register_handler(create_deliveries)
        post_migrate.connect(roles.grant_own, sender=self)
