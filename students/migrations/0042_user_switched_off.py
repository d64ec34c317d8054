"""Index of the accounts that are switched off, which are few."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False  # the table stays open meanwhile

    dependencies = [("students", "0041_card_newest")]

    operations = [
        AddIndexConcurrently(
            model_name="user",
            index=models.Index(
                condition=models.Q(("is_active", False)), fields=["id"], name="user_switched_off"
            ),
        ),
    ]
