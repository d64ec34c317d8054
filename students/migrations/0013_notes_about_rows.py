"""Notes of jobs name the row of a file and the student, and say as much as there is to say."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the row and the student of a note, and lengthen its detail."""

    dependencies = [("students", "0012_logins_in_any_case")]

    operations = [
        migrations.AddField(
            "jobnote", "row", models.PositiveIntegerField(blank=True, null=True, verbose_name="wiersz")
        ),
        migrations.AddField(
            "jobnote",
            "album_number",
            models.CharField(blank=True, default="", max_length=20, verbose_name="numer albumu"),
            preserve_default=False,
        ),
        migrations.AddField(
            "jobnote",
            "holder",
            models.CharField(blank=True, default="", max_length=201, verbose_name="student"),
            preserve_default=False,
        ),
        migrations.AlterField("jobnote", "detail", models.TextField(blank=True, verbose_name="szczegóły")),
    ]
