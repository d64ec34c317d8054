"""Index of cards by their issue, the order of their list."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False  # the table stays open meanwhile

    dependencies = [("students", "0040_name_words")]

    operations = [
        AddIndexConcurrently(
            model_name="studentcard", index=models.Index(fields=["-issued_on", "-id"], name="card_newest")
        ),
    ]
