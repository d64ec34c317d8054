"""What an import changed is kept for a day, so that it can be undone."""

import django.db.models.deletion
from django.db import migrations, models

import students.encryption


class Migration(migrations.Migration):
    """Add the table of imported changes."""

    dependencies = [("students", "0013_notes_about_rows")]

    operations = [
        migrations.CreateModel(
            name="ImportedChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("changes", students.encryption.EncryptedTextField(verbose_name="zmiany")),
                (
                    "job",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="imported_changes",
                        to="students.job",
                        verbose_name="zadanie",
                    ),
                ),
                (
                    "photo_before",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="students.photo",
                        verbose_name="poprzednie zdjęcie",
                    ),
                ),
                (
                    "student",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="students.student",
                        verbose_name="student",
                    ),
                ),
            ],
            options={
                "verbose_name": "zmiana z importu",
                "verbose_name_plural": "zmiany z importu",
                "ordering": ["pk"],
                "default_permissions": (),
                "indexes": [models.Index(fields=["job", "student"], name="imported_of_student")],
            },
        ),
    ]
