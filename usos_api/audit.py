"""Audit of consumers: registration, changes and new secrets, never the secret."""

from auditlog.registry import auditlog

from usos_api.models import Consumer


def register() -> None:
    """Register the audited model; called once, when the apps are ready."""
    columns = [field.name for field in Consumer._meta.concrete_fields]
    auditlog.register(
        Consumer, include_fields=columns, mask_fields=["secret"], mask_callable="students.audit_log.hide"
    )
