"""Defaults in the database for columns that had theirs in Python only, a table at a time."""

import django.core.validators
import django.db.models.functions.datetime
import django.utils.timezone
import re
import students.names
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False  # none of the tables is held while another is waited for; a default can be set twice

    dependencies = [
        ('students', '0042_user_switched_off'),
    ]

    operations = [
        migrations.AlterField(
            model_name='cardextension',
            name='extended_at',
            field=models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now(), verbose_name='przedłużono'),
        ),
        migrations.AlterField(
            model_name='enrolment',
            name='status',
            field=models.CharField(choices=[('active', 'aktywny'), ('leave', 'urlop'), ('struck_off', 'skreślony'), ('graduated', 'absolwent')], db_default='active', default='active', max_length=20, verbose_name='status'),
        ),
        migrations.AlterField(
            model_name='faculty',
            name='email',
            field=models.EmailField(blank=True, db_default='', default='', max_length=254, verbose_name='e-mail dziekanatu'),
        ),
        migrations.AlterField(
            model_name='faculty',
            name='hours',
            field=models.CharField(blank=True, db_default='', default='', max_length=200, validators=[students.names.validate_visible], verbose_name='godziny dziekanatu'),
        ),
        migrations.AlterField(
            model_name='faculty',
            name='phone',
            field=models.CharField(blank=True, db_default='', default='', max_length=40, validators=[django.core.validators.RegexValidator(re.compile('^(?P<number>\\+?\\(?[0-9][0-9 ()/-]{5,28}[0-9])(?: ?wew\\. ?(?P<extension>[0-9]{1,6}))?$'), 'To nie jest numer telefonu. Napisz go na przykład tak: 12 345 67 89 albo 12 345 67 89 wew. 12.')], verbose_name='telefon dziekanatu'),
        ),
        migrations.AlterField(
            model_name='faculty',
            name='room',
            field=models.CharField(blank=True, db_default='', default='', max_length=100, validators=[students.names.validate_visible], verbose_name='pokój dziekanatu'),
        ),
        migrations.AlterField(
            model_name='faculty',
            name='website',
            field=models.CharField(blank=True, db_default='', default='', max_length=200, validators=[django.core.validators.URLValidator(message='To nie jest adres strony. Napisz go razem z https://.', schemes=['https', 'http'])], verbose_name='strona dziekanatu'),
        ),
        migrations.AlterField(
            model_name='job',
            name='counts',
            field=models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict, verbose_name='wyniki'),
        ),
        migrations.AlterField(
            model_name='job',
            name='created_at',
            field=models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now(), verbose_name='zlecone'),
        ),
        migrations.AlterField(
            model_name='job',
            name='done',
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name='zrobionych'),
        ),
        migrations.AlterField(
            model_name='job',
            name='failure',
            field=models.CharField(blank=True, db_default='', default='', max_length=300, verbose_name='błąd'),
        ),
        migrations.AlterField(
            model_name='job',
            name='parameters',
            field=models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict, verbose_name='parametry'),
        ),
        migrations.AlterField(
            model_name='job',
            name='state',
            field=models.CharField(choices=[('waiting', 'czeka'), ('running', 'w toku'), ('stopped', 'zatrzymane'), ('done', 'zakończone'), ('failed', 'przerwane błędem')], db_default='waiting', default='waiting', max_length=8, verbose_name='stan'),
        ),
        migrations.AlterField(
            model_name='job',
            name='stop_asked',
            field=models.BooleanField(db_default=False, default=False, verbose_name='ma się zatrzymać'),
        ),
        migrations.AlterField(
            model_name='jobnote',
            name='album_number',
            field=models.CharField(blank=True, db_default='', default='', max_length=20, verbose_name='numer albumu'),
        ),
        migrations.AlterField(
            model_name='jobnote',
            name='detail',
            field=models.TextField(blank=True, db_default='', default='', verbose_name='szczegóły'),
        ),
        migrations.AlterField(
            model_name='jobnote',
            name='holder',
            field=models.CharField(blank=True, db_default='', default='', max_length=201, verbose_name='student'),
        ),
        migrations.AlterField(
            model_name='look',
            name='at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, verbose_name='kiedy'),
        ),
        migrations.AlterField(
            model_name='look',
            name='filter',
            field=models.CharField(blank=True, db_default='', default='', max_length=500, verbose_name='filtr'),
        ),
        migrations.AlterField(
            model_name='look',
            name='program',
            field=models.CharField(blank=True, db_default='', default='', max_length=100, verbose_name='system'),
        ),
        migrations.AlterField(
            model_name='photo',
            name='uploaded_at',
            field=models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now(), verbose_name='dodano'),
        ),
        migrations.AlterField(
            model_name='savedfilter',
            name='is_shared',
            field=models.BooleanField(db_default=False, default=False, verbose_name='widzi go cały dziekanat'),
        ),
        migrations.AlterField(
            model_name='student',
            name='pesel_confirmed',
            field=models.BooleanField(db_default=False, default=False, help_text='Zaznacz, gdy numer w dokumencie tożsamości albo w rejestrze PESEL jest właśnie taki, choć ma błędną datę, płeć lub cyfrę kontrolną. Data urodzenia i płeć są wtedy te z tej strony, a o wydaniu mLegitymacji rozstrzyga mDokumenty. Kto i kiedy potwierdził, zapisuje dziennik.', verbose_name='numer PESEL z błędem potwierdzony'),
        ),
        migrations.AlterField(
            model_name='user',
            name='first_name',
            field=models.CharField(blank=True, db_default='', default='', max_length=150, validators=[students.names.validate_visible], verbose_name='imiona'),
        ),
        migrations.AlterField(
            model_name='user',
            name='language',
            field=models.CharField(blank=True, choices=[('pl', 'polski'), ('en', 'English')], db_default='', default='', max_length=2, verbose_name='język'),
        ),
        migrations.AlterField(
            model_name='user',
            name='last_name',
            field=models.CharField(blank=True, db_default='', default='', max_length=150, validators=[students.names.validate_visible], verbose_name='nazwisko'),
        ),
    ]
