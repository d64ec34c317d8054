"""What the audit log says of consumers: who registered, changed or renewed which, never the secret."""

from auditlog.registry import auditlog

from usos_api.models import Consumer


def register() -> None:
    """Have every change of a consumer logged; called once, when the apps are ready."""
    columns = [field.name for field in Consumer._meta.concrete_fields]
    auditlog.register(
        Consumer, include_fields=columns, mask_fields=["secret"], mask_callable="students.audit_log.hide"
    )
