"""Tokens that may read codes live 30 days at most; those that were made for longer end then."""

from datetime import timedelta

from typing import Any

from django.db import migrations, models
from django.db.models import F, Q


def shorten(apps: Any, schema_editor: Any) -> None:
    """End tokens with the scope `codes` 30 days after they were made."""
    tokens = apps.get_model("api", "Token").objects.using(schema_editor.connection.alias)
    longest = F("created_at") + timedelta(days=30)
    tokens.filter(scopes__contains=["codes"], expires_at__gt=longest).update(expires_at=longest)


class Migration(migrations.Migration):
    dependencies = [("api", "0008_standard_secrets")]

    operations = [
        migrations.RunPython(shorten, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="token",
            constraint=models.CheckConstraint(
                condition=~Q(scopes__contains=["codes"])
                | Q(expires_at__lte=F("created_at") + timedelta(days=30)),
                name="token_with_codes_is_short",
            ),
        ),
    ]
