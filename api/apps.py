"""The app of the API."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApiConfig(AppConfig):
    """Personal access tokens, and answers kept for callers who repeat themselves."""

    name = "api"
    verbose_name = _("API")

    def ready(self) -> None:
        """Have the making and ending of tokens audited, and the OpenAPI document know how callers sign in."""
        from api import audit, openapi  # noqa: F401  # the latter registers itself

        audit.register()
