"""One index of a student's orders instead of two, which tells the newest of many students without their rows."""

import django.db.models.deletion
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
        ),
    ]
