"""Defaults in the database for columns that had theirs in Python only, a table at a time."""

import django.core.serializers.json
import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False  # none of the tables is held while another is waited for; a default can be set twice

    dependencies = [
        ('mdocs', '0083_orders_of_a_student'),
    ]

    operations = [
        migrations.AlterField(
            model_name='breaker',
            name='changed_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, verbose_name='od'),
        ),
        migrations.AlterField(
            model_name='breaker',
            name='failures',
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name='nieudane wywołania z rzędu'),
        ),
        migrations.AlterField(
            model_name='breaker',
            name='refused_operation',
            field=models.CharField(blank=True, choices=[('submit', 'wysłanie zamówienia'), ('cancel', 'anulowanie'), ('revoke', 'unieważnienie'), ('extend', 'przedłużenie'), ('query', 'pytanie o stan')], db_default='', default='', max_length=8, verbose_name='nieprzyjęte wywołanie'),
        ),
        migrations.AlterField(
            model_name='breaker',
            name='state',
            field=models.CharField(choices=[('closed', 'działa'), ('open', 'nie odpowiada'), ('not_accepted', 'połączenie lub wywołania nie są przyjmowane')], db_default='closed', default='closed', max_length=12, verbose_name='stan'),
        ),
        migrations.AlterField(
            model_name='certificatewarning',
            name='at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, verbose_name='kiedy'),
        ),
        migrations.AlterField(
            model_name='confirmation',
            name='at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, verbose_name='kiedy'),
        ),
        migrations.AlterField(
            model_name='dailyfigures',
            name='cancelled',
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name='anulowane'),
        ),
        migrations.AlterField(
            model_name='dailyfigures',
            name='expired',
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name='z wygasłym kodem'),
        ),
        migrations.AlterField(
            model_name='dailyfigures',
            name='lapsed',
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name='wygasłe'),
        ),
        migrations.AlterField(
            model_name='dailyfigures',
            name='ordered',
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name='złożone zamówienia'),
        ),
        migrations.AlterField(
            model_name='dailyfigures',
            name='ready',
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name='przygotowane kody'),
        ),
        migrations.AlterField(
            model_name='dailyfigures',
            name='rejected',
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name='odrzucone'),
        ),
        migrations.AlterField(
            model_name='dailyfigures',
            name='revoked',
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name='unieważnione'),
        ),
        migrations.AlterField(
            model_name='halfyearfigures',
            name='cards_extended',
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name='przedłużone legitymacje'),
        ),
        migrations.AlterField(
            model_name='halfyearfigures',
            name='documents_extended',
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name='przedłużone mLegitymacje'),
        ),
        migrations.AlterField(
            model_name='halfyearfigures',
            name='ordered',
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name='zamówili'),
        ),
        migrations.AlterField(
            model_name='halfyearfigures',
            name='refused',
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict, verbose_name='odmowy, według powodu'),
        ),
        migrations.AlterField(
            model_name='keptfigures',
            name='figures',
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict, verbose_name='liczby'),
        ),
        migrations.AlterField(
            model_name='keptfigures',
            name='scope',
            field=models.CharField(blank=True, db_default='', default='', max_length=20, verbose_name='wydział'),
        ),
        migrations.AlterField(
            model_name='order',
            name='attention',
            field=models.CharField(blank=True, choices=[('our_mistake', 'mDokumenty nie rozumieją naszego zapytania'), ('unknown_there', 'mDokumenty nie znają tego zamówienia'), ('key_conflict', 'mDokumenty mają pod tym numerem inne zamówienie'), ('earlier_unnamed', 'student ma już dokument, którego mDokumenty nie wskazały'), ('data_unreadable', 'nie można odczytać danych lub zdjęcia do zamówienia'), ('internal_error', 'błąd wewnętrzny portalu')], db_default='', default='', max_length=24, verbose_name='wymaga uwagi'),
        ),
        migrations.AlterField(
            model_name='order',
            name='blocked_by',
            field=models.CharField(blank=True, db_default='', default='', max_length=100, verbose_name='wcześniejszy dokument'),
        ),
        migrations.AlterField(
            model_name='order',
            name='card_number',
            field=models.CharField(blank=True, db_default='', default='', max_length=30, verbose_name='numer ELS'),
        ),
        migrations.AlterField(
            model_name='order',
            name='created_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, verbose_name='data zamówienia'),
        ),
        migrations.AlterField(
            model_name='order',
            name='failures',
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name='nieudane próby z rzędu'),
        ),
        migrations.AlterField(
            model_name='order',
            name='holder_fingerprint',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=64, verbose_name='odcisk danych osobowych'),
        ),
        migrations.AlterField(
            model_name='order',
            name='last_failure',
            field=models.CharField(blank=True, choices=[('unreachable', 'mDokumenty nie odpowiedziały'), ('outcome_unknown', 'nie wiadomo, czy mDokumenty przyjęły wywołanie; portal je bezpiecznie powtarza'), ('not_accepted', 'mDokumenty nie przyjęły certyfikatu lub umowy uczelni'), ('photo_unreadable', 'nie można było odczytać zdjęcia; portal próbuje ponownie'), ('foreign', 'zamiast mDokumentów odpowiedział inny serwer po drodze'), ('missing', 'mDokumenty nie wymieniły zamówienia, choć je znają; portal pyta ponownie'), ('conflict', 'zamówienie zmieniło się w mDokumentach między dwoma wywołaniami')], db_default='', default='', max_length=64, verbose_name='ostatni błąd'),
        ),
        migrations.AlterField(
            model_name='order',
            name='low_priority',
            field=models.BooleanField(db_default=False, default=False, verbose_name='nikt na to nie czeka'),
        ),
        migrations.AlterField(
            model_name='order',
            name='order_again',
            field=models.BooleanField(db_default=False, default=False, verbose_name='zamówić ponownie'),
        ),
        migrations.AlterField(
            model_name='order',
            name='reissue_required',
            field=models.BooleanField(db_default=False, default=False, verbose_name='potrzebna nowa mLegitymacja'),
        ),
        migrations.AlterField(
            model_name='order',
            name='rejection_code',
            field=models.CharField(blank=True, db_default='', default='', max_length=64, verbose_name='powód odmowy'),
        ),
        migrations.AlterField(
            model_name='order',
            name='revocation_reason',
            field=models.CharField(blank=True, choices=[('holder_request', 'na prośbę studenta'), ('card_not_extended', 'ELS nie została przedłużona'), ('card_invalidated', 'ELS została unieważniona'), ('student_status_lost', 'utrata statusu studenta'), ('holder_data_changed', 'zmiana danych osobowych'), ('issued_in_error', 'wydana omyłkowo'), ('holder_deceased', 'śmierć studenta'), ('replaced', 'portal zamawia nową, z późniejszym terminem'), ('date_passed', 'minął termin ważności')], db_default='', default='', max_length=24, verbose_name='powód unieważnienia'),
        ),
        migrations.AlterField(
            model_name='order',
            name='status',
            field=models.CharField(choices=[('waiting', 'oczekujący'), ('processing', 'w trakcie'), ('ready', 'gotowy do pobrania'), ('collected', 'odebrana'), ('cancelling', 'anulowanie w toku'), ('revoking', 'unieważnianie w toku'), ('rejected', 'odrzucony'), ('expired', 'kod wygasł'), ('cancelled', 'anulowany'), ('revoked', 'unieważniona'), ('lapsed', 'wygasła')], db_default='waiting', default='waiting', max_length=12, verbose_name='status'),
        ),
        migrations.AlterField(
            model_name='order',
            name='status_changed_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, verbose_name='status od'),
        ),
        migrations.AlterField(
            model_name='orderevent',
            name='at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, verbose_name='kiedy'),
        ),
        migrations.AlterField(
            model_name='orderevent',
            name='detail',
            field=models.CharField(blank=True, db_default='', default='', max_length=100, verbose_name='szczegóły'),
        ),
        migrations.AlterField(
            model_name='orderevent',
            name='old',
            field=models.CharField(blank=True, choices=[('waiting', 'oczekujący'), ('processing', 'w trakcie'), ('ready', 'gotowy do pobrania'), ('collected', 'odebrana'), ('cancelling', 'anulowanie w toku'), ('revoking', 'unieważnianie w toku'), ('rejected', 'odrzucony'), ('expired', 'kod wygasł'), ('cancelled', 'anulowany'), ('revoked', 'unieważniona'), ('lapsed', 'wygasła')], db_default='', default='', max_length=12, verbose_name='z'),
        ),
        migrations.AlterField(
            model_name='orphandocument',
            name='failures',
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name='nieudane próby z rzędu'),
        ),
        migrations.AlterField(
            model_name='orphandocument',
            name='found_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, verbose_name='znaleziono'),
        ),
        migrations.AlterField(
            model_name='reconciliation',
            name='asked',
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name='porównanych'),
        ),
        migrations.AlterField(
            model_name='reconciliation',
            name='differences',
            field=models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list, verbose_name='różnice'),
        ),
        migrations.AlterField(
            model_name='reconciliation',
            name='left',
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name='dla pracownika'),
        ),
        migrations.AlterField(
            model_name='reconciliation',
            name='mended',
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name='naprawionych'),
        ),
        migrations.AlterField(
            model_name='reconciliation',
            name='started_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, verbose_name='początek'),
        ),
        migrations.AlterField(
            model_name='sweepbrake',
            name='accepted',
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict, verbose_name='na ile jest zgoda'),
        ),
        migrations.AlterField(
            model_name='sweepbrake',
            name='counts',
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict, verbose_name='ile by się skończyło'),
        ),
        migrations.AlterField(
            model_name='sweepbrake',
            name='sample',
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name='przykłady'),
        ),
        migrations.AlterField(
            model_name='sweepbrake',
            name='stopped_by_clock',
            field=models.BooleanField(db_default=False, default=False, verbose_name='zatrzymany przez zegar'),
        ),
    ]
