"""Defaults in the database for columns that had theirs in Python only, a table at a time."""

import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False  # none of the tables is held while another is waited for; a default can be set twice

    dependencies = [
        ('notifications', '0006_account_messages'),
    ]

    operations = [
        migrations.AlterField(
            model_name='mailing',
            name='created_at',
            field=models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now(), verbose_name='kiedy'),
        ),
        migrations.AlterField(
            model_name='message',
            name='created_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, verbose_name='kiedy'),
        ),
        migrations.AlterField(
            model_name='message',
            name='email_failure',
            field=models.CharField(blank=True, db_default='', default='', max_length=64, verbose_name='ostatni błąd'),
        ),
        migrations.AlterField(
            model_name='message',
            name='email_failures',
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name='nieudane próby z rzędu'),
        ),
        migrations.AlterField(
            model_name='message',
            name='low_priority',
            field=models.BooleanField(db_default=False, default=False, verbose_name='nikt na to nie czeka'),
        ),
        migrations.AlterField(
            model_name='messagetemplate',
            name='changed_at',
            field=models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now(), verbose_name='zmieniono'),
        ),
        migrations.AlterField(
            model_name='notificationoptout',
            name='channel',
            field=models.CharField(choices=[('email', 'e-mail'), ('phone', 'powiadomienie na urządzeniu')], db_default='email', default='email', max_length=8, verbose_name='droga'),
        ),
        migrations.AlterField(
            model_name='pushdelivery',
            name='attempts',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AlterField(
            model_name='pushdelivery',
            name='created_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now),
        ),
        migrations.AlterField(
            model_name='pushdelivery',
            name='low_priority',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AlterField(
            model_name='pushservice',
            name='failures',
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False, verbose_name='nieudane próby z rzędu'),
        ),
        migrations.AlterField(
            model_name='subscription',
            name='created_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, verbose_name='włączono'),
        ),
    ]
