"""App config of accounts."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Sign-in, sign-out and language."""

    name = "accounts"

    def ready(self) -> None:
        """Connect the login throttle and the account's language to sign-in."""
        from accounts import languages, login_throttle

        login_throttle.connect()
        languages.connect()
