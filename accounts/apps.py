"""App config of accounts."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Sign-in and sign-out, passwords, second factors, sessions, language."""

    name = "accounts"
    verbose_name = _("Logowanie i sesje")

    def ready(self) -> None:
        """Connect to what happens at sign-ins and to accounts; register texts, jobs and permissions."""
        from allauth.mfa.models import Authenticator

        from accounts import (  # noqa: F401  # the checks register themselves
            audit,
            checks,
            credentials,
            data_copy,
            factor_events,
            languages,
            roles,
            signing_in,
        )
        from accounts.invitations import jobs
        from accounts.models import AccountEvent, KnownDevice, Session
        from students import erasure
        from students.audit_log import register_labels

        languages.connect()
        signing_in.connect()
        credentials.connect()
        factor_events.connect()
        register_labels(audit.LABELS)
        jobs.register()
        data_copy.register()
        erasure.register_rows_of_account(Session, KnownDevice, AccountEvent, Authenticator)
        post_migrate.connect(roles.grant_own, sender=self)
