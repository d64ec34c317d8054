"""The index of the foreign key goes: that of a student's newest orders begins with the same column.

The database is changed by a statement of its own, as AlterField takes every index with it that is on this column
alone, and so the constraint that a student has one live order.
"""

import django.db.models.deletion
from django.db import migrations, models

INDEX = "mdocs_order_student_id_48fed70b"


class Migration(migrations.Migration):

    atomic = False  # the table stays open meanwhile

    dependencies = [("mdocs", "0084_database_defaults")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f'DROP INDEX CONCURRENTLY IF EXISTS "{INDEX}"',
                    f'CREATE INDEX CONCURRENTLY IF NOT EXISTS "{INDEX}" ON "mdocs_order" ("student_id")',
                )
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="order",
                    name="student",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="students.student",
                        verbose_name="student",
                    ),
                )
            ],
        ),
    ]
