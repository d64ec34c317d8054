"""Defaults in the database for columns that had theirs in Python only, a table at a time."""

import django.db.models.functions.datetime
import django.utils.timezone
import students.names
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False  # none of the tables is held while another is waited for; a default can be set twice

    dependencies = [
        ('operations', '0003_calls_for_people'),
    ]

    operations = [
        migrations.AlterField(
            model_name='alarm',
            name='facts',
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict, verbose_name='szczegóły'),
        ),
        migrations.AlterField(
            model_name='alarm',
            name='last_seen_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, verbose_name='ostatnio stwierdzony'),
        ),
        migrations.AlterField(
            model_name='alarm',
            name='since',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, verbose_name='od'),
        ),
        migrations.AlterField(
            model_name='alarm',
            name='subject',
            field=models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='konkretnie'),
        ),
        migrations.AlterField(
            model_name='maintenance',
            name='since',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, verbose_name='od'),
        ),
        migrations.AlterField(
            model_name='maintenance',
            name='text_en',
            field=models.TextField(blank=True, db_default='', default='', validators=[students.names.validate_visible], verbose_name='własny tekst po angielsku'),
        ),
        migrations.AlterField(
            model_name='maintenance',
            name='text_pl',
            field=models.TextField(blank=True, db_default='', default='', validators=[students.names.validate_visible], verbose_name='własny tekst po polsku'),
        ),
        migrations.AlterField(
            model_name='sign',
            name='busy_with',
            field=models.CharField(blank=True, db_default='', default='', max_length=100, verbose_name='czym'),
        ),
        migrations.AlterField(
            model_name='sign',
            name='findings',
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict, verbose_name='na tej maszynie'),
        ),
        migrations.AlterField(
            model_name='sign',
            name='queue',
            field=models.CharField(blank=True, db_default='', default='', max_length=50, verbose_name='kolejka'),
        ),
        migrations.AlterField(
            model_name='sign',
            name='version',
            field=models.CharField(blank=True, db_default='', default='', max_length=50, verbose_name='wersja'),
        ),
        migrations.AlterField(
            model_name='storagemarker',
            name='written_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now),
        ),
        migrations.AlterField(
            model_name='watch',
            name='looked_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now),
        ),
    ]
