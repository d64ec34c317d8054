"""The app of orders."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MdocsConfig(AppConfig):
    """Orders, from the click to the phone."""

    name = "mdocs"
    verbose_name = _("mLegitymacje")

    def ready(self) -> None:
        """Listen to what happens to students and cards."""
        from mdocs import listeners

        listeners.connect()
