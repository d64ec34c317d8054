"""Rename Remembered to IdempotentResponse."""

from typing import Any

import django.db.models
from django.conf import settings
from django.db import migrations

from notifications.migrations._moving import move_content_types, rename_tables


def rename(apps: Any, schema_editor: Any) -> None:
    rename_tables(schema_editor, {"api_remembered": "api_idempotentresponse"})
    models = {"remembered": "idempotentresponse"}
    move_content_types(apps, schema_editor.connection.alias, "api", "api", models)


def rename_back(apps: Any, schema_editor: Any) -> None:
    rename_tables(schema_editor, {"api_idempotentresponse": "api_remembered"})
    models = {"idempotentresponse": "remembered"}
    move_content_types(apps, schema_editor.connection.alias, "api", "api", models)


class Migration(migrations.Migration):
    """Rename the model with all that is named after it, and its constraint."""

    dependencies = [
        ("api", "0004_due_at_endpoint"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("auth", "0012_alter_user_first_name_max_length"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(rename, rename_back)],
            state_operations=[migrations.RenameModel("Remembered", "IdempotentResponse")],
        ),
        migrations.RemoveConstraint("idempotentresponse", "remembered_once"),
        migrations.AddConstraint(
            "idempotentresponse",
            django.db.models.UniqueConstraint(fields=["user", "key"], name="idempotent_response_once"),
        ),
    ]
