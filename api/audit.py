"""Audit of tokens and webhook endpoints: creation, change and end, never the key."""

from auditlog.registry import auditlog

from api.models import Endpoint, Token

_LEFT_OUT = {"key_hash", "last_used_at"}


def register() -> None:
    """Register the audited models; called once, when the apps are ready."""
    columns = [field.name for field in Token._meta.concrete_fields if field.name not in _LEFT_OUT]
    auditlog.register(Token, include_fields=columns)
    columns = [field.name for field in Endpoint._meta.concrete_fields]
    auditlog.register(
        Endpoint,
        include_fields=columns,
        mask_fields=["secret", "previous_secret"],
        mask_callable="students.audit_log.hide",
    )
