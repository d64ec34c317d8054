"""Defaults in the database for columns that had theirs in Python only, a table at a time."""

import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False  # none of the tables is held while another is waited for; a default can be set twice

    dependencies = [
        ('api', '0030_visible_names'),
    ]

    operations = [
        migrations.AlterField(
            model_name='delivery',
            name='attempts',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AlterField(
            model_name='endpoint',
            name='created_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, editable=False, verbose_name='zarejestrowany'),
        ),
        migrations.AlterField(
            model_name='endpoint',
            name='failures',
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False, verbose_name='nieudane próby z rzędu'),
        ),
        migrations.AlterField(
            model_name='endpoint',
            name='is_active',
            field=models.BooleanField(db_default=True, default=True, verbose_name='aktywny'),
        ),
        migrations.AlterField(
            model_name='idempotentresponse',
            name='created_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), db_index=True, default=django.utils.timezone.now),
        ),
        migrations.AlterField(
            model_name='idempotentresponse',
            name='http_status',
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AlterField(
            model_name='token',
            name='created_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, verbose_name='utworzony'),
        ),
    ]
