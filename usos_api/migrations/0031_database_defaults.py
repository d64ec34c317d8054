"""Defaults in the database for columns that had theirs in Python only, a table at a time."""

import django.contrib.postgres.fields
import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False  # none of the tables is held while another is waited for; a default can be set twice

    dependencies = [
        ('usos_api', '0030_visible_names'),
    ]

    operations = [
        migrations.AlterField(
            model_name='accesstoken',
            name='created_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now),
        ),
        migrations.AlterField(
            model_name='accesstoken',
            name='scopes',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), blank=True, db_default=[], default=list, size=None),
        ),
        migrations.AlterField(
            model_name='consent',
            name='given_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now),
        ),
        migrations.AlterField(
            model_name='consent',
            name='scopes',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), blank=True, db_default=[], default=list, size=None),
        ),
        migrations.AlterField(
            model_name='consumer',
            name='callbacks',
            field=models.TextField(blank=True, db_default='', default='', help_text='Każdy w osobnym wierszu, np. https://app.example.edu.pl/powrot albo mojaaplikacja://powrot. Aplikacja może do nich dodać tylko parametry po znaku „?”. Bez żadnego działa tylko PIN.', verbose_name='adresy powrotne'),
        ),
        migrations.AlterField(
            model_name='consumer',
            name='date_registered',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, editable=False, verbose_name='zarejestrowana'),
        ),
        migrations.AlterField(
            model_name='consumer',
            name='is_active',
            field=models.BooleanField(db_default=True, default=True, verbose_name='aktywna'),
        ),
        migrations.AlterField(
            model_name='consumer',
            name='is_administrative',
            field=models.BooleanField(db_default=False, default=False, help_text='System uczelni, który bez zgody studenta odczytuje i przedłuża legitymacje.', verbose_name='administracyjna'),
        ),
        migrations.AlterField(
            model_name='consumer',
            name='scopes',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), blank=True, db_default=[], default=list, size=None, verbose_name='o co może prosić'),
        ),
        migrations.AlterField(
            model_name='consumer',
            name='url',
            field=models.URLField(blank=True, db_default='', default='', verbose_name='adres strony'),
        ),
        migrations.AlterField(
            model_name='requesttoken',
            name='created_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now),
        ),
        migrations.AlterField(
            model_name='requesttoken',
            name='guesses',
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AlterField(
            model_name='requesttoken',
            name='scopes',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), blank=True, db_default=[], default=list, size=None),
        ),
        migrations.AlterField(
            model_name='requesttoken',
            name='verifier_hash',
            field=models.CharField(blank=True, db_default='', default='', max_length=64),
        ),
    ]
