from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mdocs", "0060_reconciliation")]

    operations = [
        migrations.AddField(
            "order", "request_id", models.UUIDField(blank=True, editable=False, null=True, verbose_name="numer żądania")
        ),
        migrations.AddField(
            "orderevent",
            "request_id",
            models.UUIDField(blank=True, editable=False, null=True, verbose_name="numer żądania"),
        ),
    ]
