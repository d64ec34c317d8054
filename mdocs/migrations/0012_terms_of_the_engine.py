from typing import Any

from django.db import migrations, models
from django.db.models import Q, Value, When

TO_SEND = Q(status__in=['waiting', 'cancelling', 'revoking'])
TO_POLL = Q(status__in=['processing', 'ready'])
PRIORITY = models.GeneratedField(
    db_persist=True,
    expression=models.Case(
        When(Q(('status__in', ['waiting', 'cancelling', 'revoking']), ('low_priority', False)), then=Value(0)),
        When(TO_SEND, then=Value(1)),
        When(extend_to__isnull=False, status='collected', then=Value(1)),
        When(status='collected', then=Value(3)),
        When(Q(('status__in', ['processing', 'ready']), ('low_priority', False)), then=Value(2)),
        When(TO_POLL, then=Value(3)),
        default=Value(4),
    ),
    output_field=models.PositiveSmallIntegerField(),
)
FAILURES = ['conflict', 'not_accepted', 'outcome_unknown', 'unreachable']


def leave_to_attention(apps: Any, schema_editor: Any) -> None:
    """What waits for staff says so in `attention`; until now the same stood in `last_failure` as well."""
    orders = apps.get_model('mdocs', 'Order').objects.using(schema_editor.connection.alias)
    orders.exclude(last_failure__in=['', *FAILURES]).update(last_failure='')


class Migration(migrations.Migration):
    """Columns named in the field's terms: the generated column is not computed anew."""

    dependencies = [
        ('mdocs', '0011_dispatched_events'),
    ]

    operations = [
        migrations.RemoveIndex(model_name='order', name='order_due'),
        # Renamed as a column, and with another name in its expression: for Django another field.
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveField(model_name='order', name='urgency')],
        ),
        migrations.RenameField(model_name='order', old_name='routine', new_name='low_priority'),
        migrations.RenameField(model_name='order', old_name='watched_until', new_name='poll_fast_until'),
        migrations.RenameField(model_name='order', old_name='refusal', new_name='rejection_code'),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    'ALTER TABLE mdocs_order RENAME COLUMN urgency TO priority',
                    'ALTER TABLE mdocs_order RENAME COLUMN priority TO urgency',
                ),
            ],
            state_operations=[migrations.AddField(model_name='order', name='priority', field=PRIORITY)],
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(
                condition=Q(('next_attempt_at__isnull', False)), fields=['priority', 'next_attempt_at'], name='order_due'
            ),
        ),
        migrations.AlterField(
            model_name='order',
            name='last_failure',
            field=models.CharField(
                blank=True,
                choices=[
                    ('unreachable', 'mDokumenty nie odpowiedziały'),
                    (
                        'outcome_unknown',
                        'nie wiadomo, czy mDokumenty przyjęły wywołanie; portal je bezpiecznie powtarza',
                    ),
                    ('not_accepted', 'mDokumenty nie przyjęły certyfikatu lub umowy uczelni'),
                    ('conflict', 'zamówienie zmieniło się w mDokumentach między dwoma wywołaniami'),
                ],
                max_length=64,
                verbose_name='ostatni błąd',
            ),
        ),
        migrations.RunPython(leave_to_attention, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=Q(last_failure__in=['', *FAILURES]), name='order_last_failure_known'),
        ),
    ]
