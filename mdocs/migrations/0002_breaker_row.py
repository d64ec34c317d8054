from typing import Any

from django.db import migrations


def make_the_row(apps: Any, schema_editor: Any) -> None:
    apps.get_model("mdocs", "Breaker").objects.get_or_create(id=1)


class Migration(migrations.Migration):
    dependencies = [("mdocs", "0001_initial")]
    operations = [migrations.RunPython(make_the_row, migrations.RunPython.noop)]
