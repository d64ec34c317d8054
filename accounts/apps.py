"""App of accounts."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Signing in and out."""

    name = "accounts"

    def ready(self) -> None:
        """Count failed sign-ins, and let the account's language come with whoever signs in."""
        from accounts import languages, login_throttle

        login_throttle.connect()
        languages.connect()
