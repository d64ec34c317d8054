"""An index of a student's orders that tells the newest of many students without their rows.

The index of the foreign key stays: to take it away by AlterField takes every index with it that is on this column alone,
and so the constraint that a student has one live order.
"""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False  # the table stays open meanwhile

    dependencies = [("mdocs", "0082_kept_figures"), ("students", "0042_user_switched_off")]

    operations = [
        AddIndexConcurrently(
            model_name="order",
            index=models.Index(fields=["student", "-created_at", "-id"], name="order_newest_of_student"),
        ),
        RemoveIndexConcurrently(model_name="order", name="order_of_student"),
    ]
