"""Defaults in the database for columns that had theirs in Python only, a table at a time."""

import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False  # none of the tables is held while another is waited for; a default can be set twice

    dependencies = [
        ('accounts', '0001_sessions'),
    ]

    operations = [
        migrations.AlterField(
            model_name='accountevent',
            name='at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, verbose_name='kiedy'),
        ),
        migrations.AlterField(
            model_name='accountevent',
            name='detail',
            field=models.CharField(blank=True, db_default='', default='', max_length=100),
        ),
        migrations.AlterField(
            model_name='accountevent',
            name='device',
            field=models.CharField(blank=True, db_default='', default='', max_length=60, verbose_name='urządzenie'),
        ),
        migrations.AlterField(
            model_name='accountevent',
            name='email_attempts',
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AlterField(
            model_name='accountevent',
            name='email_failure',
            field=models.CharField(blank=True, db_default='', default='', max_length=40),
        ),
        migrations.AlterField(
            model_name='accountevent',
            name='network',
            field=models.CharField(blank=True, db_default='', default='', max_length=60, verbose_name='sieć'),
        ),
        migrations.AlterField(
            model_name='knowndevice',
            name='last_seen_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, verbose_name='ostatnio'),
        ),
        migrations.AlterField(
            model_name='session',
            name='created_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, verbose_name='zalogowano'),
        ),
        migrations.AlterField(
            model_name='session',
            name='device',
            field=models.CharField(blank=True, db_default='', default='', max_length=60, verbose_name='urządzenie'),
        ),
        migrations.AlterField(
            model_name='session',
            name='last_seen_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, verbose_name='ostatnio używana'),
        ),
        migrations.AlterField(
            model_name='session',
            name='network',
            field=models.CharField(blank=True, db_default='', default='', max_length=60, verbose_name='sieć'),
        ),
        migrations.AlterField(
            model_name='session',
            name='university_session',
            field=models.CharField(blank=True, db_default='', db_index=True, default='', max_length=64),
        ),
        migrations.AlterField(
            model_name='session',
            name='university_subject',
            field=models.CharField(blank=True, db_default='', db_index=True, default='', max_length=64),
        ),
    ]
