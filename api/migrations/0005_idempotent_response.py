"""Rename Remembered to IdempotentResponse."""

import django.db.models
from django.conf import settings
from django.db import migrations


class Migration(migrations.Migration):
    """Rename the model, and its constraint with it."""

    dependencies = [
        ("api", "0004_due_at_endpoint"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RenameModel("Remembered", "IdempotentResponse"),
        migrations.RemoveConstraint("idempotentresponse", "remembered_once"),
        migrations.AddConstraint(
            "idempotentresponse",
            django.db.models.UniqueConstraint(fields=["user", "key"], name="idempotent_response_once"),
        ),
    ]
